//! Classless static routes, RFC 3442.

use std::net::Ipv4Addr;

use super::tokens;

/// `PREFIX/LENGTH - ROUTER, …`
pub(super) fn encode(text: &str) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    for route in tokens::split(text, ',') {
        let route = route.trim();
        let error = || format!("{route:?} is not a route: expected PREFIX/LENGTH - ROUTER");
        let parts = tokens::split(route, '-');
        let [prefix, router] = parts.as_slice() else { return Err(error()) };
        let (network, bits) = prefix.trim().split_once('/').ok_or_else(error)?;
        let network: Ipv4Addr = network.parse().map_err(|_| error())?;
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32).ok_or_else(error)?;
        let router: Ipv4Addr = router.trim().parse().map_err(|_| error())?;
        content.push(bits);
        content.extend(network.octets().iter().take(usize::from(bits.div_ceil(8))));
        content.extend(router.octets());
    }
    Ok(content)
}

/// The routes in a payload: network, length and router.
pub(super) fn decode(payload: &[u8]) -> Option<Vec<(Ipv4Addr, u8, Ipv4Addr)>> {
    let mut routes = Vec::new();
    let mut rest = payload;
    if rest.len() < 5 {
        return None;
    }
    while let Some((bits, behind)) = rest.split_first() {
        let (network, behind) = behind.split_at_checked(usize::from(bits.div_ceil(8)))?;
        let (router, behind) = behind.split_first_chunk::<4>()?;
        let mut octets = [0; 4];
        // More bits than an address has.
        octets.get_mut(..network.len())?.copy_from_slice(network);
        routes.push((octets.into(), *bits, (*router).into()));
        rest = behind;
    }
    routes.iter().all(|(_, bits, _)| *bits <= 32).then_some(routes)
}

/// Whether a payload is routes.
pub(super) fn is_good(payload: &[u8]) -> bool {
    decode(payload).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_written_and_read() {
        let bytes = encode("0.0.0.0/0 - 192.0.2.1, 10.1.2.128/25-192.0.2.2").unwrap();
        assert_eq!(bytes, [0, 192, 0, 2, 1, 25, 10, 1, 2, 128, 192, 0, 2, 2]);
        let [one, other] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
        let network = Ipv4Addr::new(10, 1, 2, 128);
        let routes = vec![(Ipv4Addr::UNSPECIFIED, 0, one), (network, 25, other)];
        assert_eq!(decode(&bytes), Some(routes));
    }

    #[test]
    fn what_is_no_route_is_refused() {
        for text in
            ["10.0.0.0/8", "10.0.0.0 - 1.1.1.1", "10.0.0.0/33 - 1.1.1.1", "a/8 - b", "1-2-3"]
        {
            let expected = format!("{text:?} is not a route: expected PREFIX/LENGTH - ROUTER");
            assert_eq!(encode(text), Err(expected));
        }
        for payload in [&[][..], &[0, 1, 2, 3], &[33, 1, 2, 3, 4, 5, 1, 2, 3, 4], &[8, 1, 2, 3, 4]]
        {
            assert_eq!(decode(payload), None, "{payload:?}");
        }
    }
}
