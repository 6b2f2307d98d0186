//! The socket, asked by plain bytes.

use std::net::{IpAddr, Ipv4Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::LocalSet;

use super::*;

fn setup() -> HttpSetup {
    HttpSetup {
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
        tls: None,
        authentication: None,
        headers: Vec::new(),
    }
}

fn guarded() -> HttpSetup {
    let admin = Credential { user: "admin".into(), password: "s3cret:x".into() };
    let clients = vec![admin];
    HttpSetup {
        authentication: Some(Authentication { realm: "dhcp".into(), clients }),
        headers: vec![("X-Site".into(), "north".into())],
        ..setup()
    }
}

fn echo(request: &Request) -> Answer {
    Answer::success(request.command.as_str())
}

/// What the socket says to these bytes until it closes the connection.
async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8(response).unwrap()
}

fn post(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Asks a socket one request after the other.
async fn asked(setup: HttpSetup, requests: &[String]) -> Vec<String> {
    let socket = HttpSocket::open(setup, &[], &[]).unwrap();
    let address = socket.address();
    let local = LocalSet::new();
    local
        .run_until(async move {
            let server = tokio::task::spawn_local(async move { socket.serve(echo).await });
            let mut responses = Vec::new();
            for request in requests {
                responses.push(ask(address, request).await);
            }
            server.abort();
            responses
        })
        .await
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test(flavor = "current_thread")]
async fn a_command_is_the_body_of_a_post_and_its_answer_a_list() {
    let responses = asked(setup(), &[post(JSON, "{ \"command\": \"hello\" }")]).await;
    assert!(responses[0].starts_with("HTTP/1.1 200 OK\r\n"), "{}", responses[0]);
    assert!(responses[0].ends_with("\r\n\r\n[ { \"result\": 0, \"text\": \"hello\" } ]"));
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_not_a_command_is_a_bad_request_or_an_error() {
    let get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned();
    let requests = [
        get,
        post("Content-Type: text/plain\r\n", "{}"),
        post(JSON, "{ nonsense"),
        post(JSON, "[ ]"),
    ];
    let responses = asked(setup(), &requests).await;
    for response in &responses[..2] {
        assert!(response.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{response}");
        assert!(response.ends_with("{ \"result\": 400, \"text\": \"Bad Request\" }"), "{response}");
    }
    assert!(responses[2].starts_with("HTTP/1.1 400 Bad Request\r\n"), "{}", responses[2]);
    assert!(
        responses[2].contains("{ \"result\": 400, \"text\": \"<string>:1:3: "),
        "{}",
        responses[2]
    );
    assert!(responses[3].starts_with("HTTP/1.1 200 OK\r\n"), "{}", responses[3]);
    assert!(responses[3].contains("[ { \"result\": 1, "), "{}", responses[3]);
}

#[tokio::test(flavor = "current_thread")]
async fn only_those_who_know_the_password_are_served() {
    // admin:s3cret:x, then with another password, then none.
    let requests = [
        post(
            &format!("{JSON}Authorization: Basic YWRtaW46czNjcmV0Ong=\r\n"),
            "{\"command\":\"a\"}",
        ),
        post(
            &format!("{JSON}Authorization: Basic YWRtaW46czNjcmV0Onk=\r\n"),
            "{\"command\":\"a\"}",
        ),
        post(JSON, "{\"command\":\"a\"}"),
    ];
    let responses = asked(guarded(), &requests).await;
    assert!(responses[0].starts_with("HTTP/1.1 200 OK\r\n"), "{}", responses[0]);
    for response in &responses[1..] {
        assert!(response.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{response}");
        assert!(response.contains("www-authenticate: Basic realm=\"dhcp\"\r\n"), "{response}");
        assert!(
            response.ends_with("{ \"result\": 401, \"text\": \"Unauthorized\" }"),
            "{response}"
        );
    }
    assert!(responses.iter().all(|response| response.contains("x-site: north\r\n")));
}

#[tokio::test(flavor = "current_thread")]
async fn listening_goes_on_when_the_setup_changes() {
    let first = Rc::new(HttpSocket::open(setup(), &[], &[]).unwrap());
    // The port is the system's choice, so the address asked for is the same.
    let second = HttpSocket::open(guarded(), &[Rc::clone(&first)], &[]).unwrap();
    assert_eq!(first.address(), second.address());
    let taken = HttpSetup { address: first.address(), ..setup() };
    let error = HttpSocket::open(taken, &[], &[]).unwrap_err();
    assert!(matches!(error, HttpError::Address { .. }), "{error}");
}

fn at(ip: Ipv4Addr, port: u16) -> HttpSetup {
    HttpSetup { address: SocketAddr::new(IpAddr::V4(ip), port), ..setup() }
}

/// A socket that is served from now on, with a word that it answers whatever it is asked.
fn served(socket: &Rc<HttpSocket>, word: &'static str) -> tokio::task::JoinHandle<()> {
    let socket = Rc::clone(socket);
    tokio::task::spawn_local(async move {
        socket.serve(move |_| Answer::success(word)).await.unwrap();
    })
}

/// The word that is answered on a port.
async fn word(port: u16) -> String {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let response = ask(address, &post(JSON, "{ \"command\": \"hello\" }")).await;
    let (_, word) = response.split_once("\"text\": \"").unwrap();
    word.split_once('"').unwrap().0.to_owned()
}

const CHANGES: [(Ipv4Addr, Ipv4Addr); 2] =
    [(Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST), (Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED)];

#[tokio::test(flavor = "current_thread")]
async fn the_address_can_change_while_the_port_stays() {
    for (before, after) in CHANGES {
        let change = async {
            let first = Rc::new(HttpSocket::open(at(before, 0), &[], &[]).unwrap());
            let port = first.address().port();
            let running = served(&first, "first");
            assert_eq!(word(port).await, "first");
            let earlier = [first];
            let second = Rc::new(HttpSocket::open(at(after, port), &earlier, &[]).unwrap());
            // Whoever is to say that the change counts must be heard.
            assert_eq!(word(port).await, "first");
            running.abort();
            let next = served(&second, "second");
            drop(earlier);
            assert!(running.await.unwrap_err().is_cancelled());
            assert_eq!(word(port).await, "second");
            next.abort();
        };
        LocalSet::new().run_until(change).await;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_change_of_the_address_that_is_given_up_leaves_everything_as_it_was() {
    for (before, after) in CHANGES {
        let first = Rc::new(HttpSocket::open(at(before, 0), &[], &[]).unwrap());
        let port = first.address().port();
        drop(HttpSocket::open(at(after, port), &[Rc::clone(&first)], &[]).unwrap());
        let running = async {
            let running = served(&first, "first");
            assert_eq!(word(port).await, "first");
            running.abort();
        };
        LocalSet::new().run_until(running).await;
        assert!(!socket2::SockRef::from(first.place.listener().unwrap()).reuse_port().unwrap());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_port_of_another_program_is_not_shared_with_it() {
    let stranger = std::net::TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).unwrap();
    let port = stranger.local_addr().unwrap().port();
    let first = Rc::new(HttpSocket::open(at(Ipv4Addr::LOCALHOST, port), &[], &[]).unwrap());
    assert!(HttpSocket::open(at(Ipv4Addr::UNSPECIFIED, port), &[first], &[]).is_err());
    // Another server of ours is another program as well, even in the middle of a change.
    for (ours, theirs) in CHANGES {
        let first = Rc::new(HttpSocket::open(at(ours, 0), &[], &[]).unwrap());
        let port = first.address().port();
        let _second = HttpSocket::open(at(theirs, port), &[first], &[]).unwrap();
        for address in [ours, theirs] {
            assert!(HttpSocket::open(at(address, port), &[], &[]).is_err());
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn two_sockets_of_a_configuration_cannot_cover_each_other() {
    for (before, more) in CHANGES {
        let first = Rc::new(HttpSocket::open(at(before, 0), &[], &[]).unwrap());
        let port = first.address().port();
        let stays = at(before, 0);
        let stays = Rc::new(HttpSocket::open(stays, &[Rc::clone(&first)], &[]).unwrap());
        let error = HttpSocket::open(at(more, port), &[first], &[stays]).unwrap_err();
        assert!(matches!(error, HttpError::Overlap { .. }), "{error}");
    }
}
