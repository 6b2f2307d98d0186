//! Whatever bytes and texts there are, nothing panics, and what was made can be read.

use proptest::prelude::*;

use super::*;

fn any_definition() -> impl Strategy<Value = &'static Definition> {
    let all = || [Protocol::V4, Protocol::V6].into_iter().flat_map(super::super::definitions);
    (0..all().count()).prop_map(move |at| all().nth(at).unwrap())
}

proptest! {
    #[test]
    fn no_payload_panics(
        definition in any_definition(),
        payload in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let all = Definitions::none(definition.protocol);
        let codes = [definition.code];
        let _ = text_of(&codes, None, &payload, Some(definition), &all);
        let _ = sub_options(&codes, None, &payload, Some(definition), &all);
        if let Ok(parsed) = payload::parse(definition, &payload, (&all).into()) {
            let bytes = parsed.into_bytes(definition.protocol);
            let again = payload::parse(definition, &bytes, (&all).into()).map(|p| p.into_bytes(definition.protocol));
            prop_assert_eq!(again, Ok(bytes));
        }
    }

    #[test]
    fn what_is_made_of_text_can_be_read(
        definition in any_definition(),
        text in r"[0-9a-f.:/,| \\-]{0,40}|[0-9]{1,5}(, ?[0-9]{1,3}(\.[0-9]{1,3}){3}){0,3}|.{0,40}",
    ) {
        let all = Definitions::none(definition.protocol);
        if let Ok(bytes) = encode::text(definition, &text) {
            let parsed = payload::parse(definition, &bytes, (&all).into());
            let is_empty = bytes.iter().all(|byte| *byte == 0);
            // Kea reads their text as fields, and what comes in by its form.
            let is_looser = definition.is_dhcp4(124)
                || definition.is_dhcp4(79)
                || definition.protocol == Protocol::V6 && matches!(definition.code, 16 | 17 | 39);
            prop_assert!(
                parsed.is_ok() || is_empty || is_looser,
                "{text:?} as {definition:?}"
            );
        }
        let _ = tokens::hexadecimal(&text);
        let _ = Received::new(&all, false);
        let _ = all.find(DHCP4, Key::Code(1));
    }
}
