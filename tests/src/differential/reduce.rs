//! Less and less of a case, as long as the two still differ in the same.

use ruru_json::{Data, Value};

use super::compared::Compared;
use super::pair::{self, End, Played};

/// How often it is tried at most.
const TRIALS: usize = 400;

/// The smallest case that is found.
pub(super) fn reduce<P: Compared>(played: Played<P>) -> anyhow::Result<Played<P>> {
    let mut reducer = Reducer { best: played, trials: 0 };
    // Packets first: each that goes makes all that follows faster.
    loop {
        let before = size(&reducer.best);
        reducer.fewer_packets()?;
        reducer.less_configuration()?;
        reducer.simpler_packets()?;
        if size(&reducer.best) == before || reducer.trials >= TRIALS {
            return Ok(reducer.best);
        }
    }
}

struct Reducer<P: Compared> {
    best: Played<P>,
    trials: usize,
}

/// A way through maps and lists, by position.
type Place = Vec<usize>;

impl<P: Compared> Reducer<P> {
    /// Takes another case if it still differs in the same.
    fn accepts(&mut self, config: Value, packets: Vec<Value>) -> anyhow::Result<bool> {
        let End::Differed(wanted) = &self.best.end else { return Ok(false) };
        if self.trials >= TRIALS {
            return Ok(false);
        }
        self.trials += 1;
        let mut packets = packets.into_iter();
        // What is left may be no scenario at all any more.
        let Ok(played) = pair::play(config, &mut packets) else { return Ok(false) };
        let is_same = matches!(&played.end, End::Differed(found) if found.kind() == wanted.kind());
        if is_same {
            self.best = played;
        }
        Ok(is_same)
    }

    fn fewer_packets(&mut self) -> anyhow::Result<()> {
        let mut many = self.best.case.packets.len().saturating_sub(1);
        while many > 0 {
            let mut end = self.best.case.packets.len().saturating_sub(1);
            while end > 0 {
                let start = end.saturating_sub(many);
                let mut packets = self.best.case.packets.clone();
                packets.drain(start..end);
                self.accepts(self.best.case.config.clone(), packets)?;
                end = start.min(self.best.case.packets.len().saturating_sub(1));
            }
            many /= 2;
        }
        Ok(())
    }

    fn less_configuration(&mut self) -> anyhow::Result<()> {
        let mut at = 0;
        while let Some(place) = places(&self.best.case.config).get(at).cloned() {
            let config = without(&self.best.case.config, &place);
            if !self.accepts(config, self.best.case.packets.clone())? {
                at += 1;
            }
        }
        Ok(())
    }

    fn simpler_packets(&mut self) -> anyhow::Result<()> {
        for packet in 0..self.best.case.packets.len() {
            let mut at = 0;
            while let Some(value) = self.best.case.packets.get(packet).cloned()
                && let Some(place) = places(&value).get(at)
            {
                if is_needed(&value, place) {
                    at += 1;
                    continue;
                }
                let mut packets = self.best.case.packets.clone();
                packets[packet] = without(&value, place);
                if !self.accepts(self.best.case.config.clone(), packets)? {
                    at += 1;
                }
            }
        }
        Ok(())
    }
}

/// What makes another matter of it if it goes: its client, its type, the last of a list.
fn is_needed(packet: &Value, place: &[usize]) -> bool {
    let key = packet.as_map().zip(place.first()).and_then(|(map, at)| map.iter().nth(*at));
    key.is_some_and(|(key, value)| {
        let is_last = value.as_list().is_some_and(|list| list.len() == 1);
        matches!(key, "mac" | "duid" | "type") || (is_last && place.len() > 1)
    })
}

fn size<P: Compared>(played: &Played<P>) -> usize {
    let packets = played.case.packets.iter().map(|packet| places(packet).len() + 1);
    places(&played.case.config).len() + packets.sum::<usize>()
}

/// All places in a value, the outer before the inner.
fn places(value: &Value) -> Vec<Place> {
    let mut all = Vec::new();
    let mut row = vec![(Place::new(), value)];
    while !row.is_empty() {
        let mut next = Vec::new();
        for (place, value) in row {
            let children: Vec<&Value> = match &value.data {
                Data::Map(map) => map.iter().map(|(_, value)| value).collect(),
                Data::List(list) => list.iter().collect(),
                _ => Vec::new(),
            };
            for (at, child) in children.into_iter().enumerate() {
                next.push(([&place[..], &[at]].concat(), child));
            }
        }
        all.extend(next.iter().map(|(place, _)| place.clone()));
        row = next;
    }
    all
}

/// The value without what is in a place.
fn without(value: &Value, place: &[usize]) -> Value {
    let Some((at, rest)) = place.split_first() else { return value.clone() };
    let kept = |(index, child): (usize, &Value)| match (index == *at, rest) {
        (true, []) => None,
        (true, rest) => Some(without(child, rest)),
        (false, _) => Some(child.clone()),
    };
    match &value.data {
        Data::Map(map) => {
            let children = map.iter().enumerate();
            let pairs = children.filter_map(|(i, (key, child))| Some((key, kept((i, child))?)));
            Value::object(pairs)
        }
        Data::List(list) => {
            Value::from(list.iter().enumerate().filter_map(kept).collect::<Vec<_>>())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;

    #[test]
    fn any_part_can_be_taken_away() {
        let read = |text: &str| Document::from_peer(text).unwrap().root;
        let value = read(r#"{"a": [1, {"b": 2}], "c": 3}"#);
        let less: Vec<Value> = places(&value).iter().map(|place| without(&value, place)).collect();
        let expected = [
            r#"{"c": 3}"#,
            r#"{"a": [1, {"b": 2}]}"#,
            r#"{"a": [{"b": 2}], "c": 3}"#,
            r#"{"a": [1], "c": 3}"#,
            r#"{"a": [1, {}], "c": 3}"#,
        ];
        assert_eq!(less, expected.map(read));
    }
}
