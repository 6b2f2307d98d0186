//! Schemas and data without sysrepo.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use ruru_sysrepo::{
    Base, Context, Defaults, Error, Format, Kind, Node, OperationKind, ParseOptions, PrintOptions,
    SchemaFormat, SchemaNode, Tree, Validation, YangCode,
};

fn context() -> Context {
    let yang = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yang");
    Context::builder().search(yang).module("ruru-test", &["*"]).build().unwrap()
}

fn json(tree: &Tree) -> String {
    tree.print(Format::Json, PrintOptions::COMPACT).unwrap()
}

fn read(context: &Context, text: &str) -> Tree {
    context.parse(text, Format::Json, ParseOptions::default()).unwrap()
}

#[test]
fn a_schema_is_walked() {
    let context = context();
    let module = context.module("ruru-test").unwrap();
    assert_eq!(module.namespace(), "urn:ruru:test");
    assert_eq!(module.prefix(), "rt");
    let roots = module.roots().map(|node| (node.name(), node.kind())).collect::<Vec<_>>();
    assert_eq!(
        roots,
        [
            ("config", Kind::Container),
            ("state", Kind::Container),
            ("add", Kind::Rpc),
            ("changed", Kind::Notification)
        ]
    );
    let subnet = context.find("/ruru-test:config/subnet").unwrap();
    assert_eq!(subnet.kind(), Kind::List);
    assert!(subnet.is_user_ordered() && subnet.is_config());
    assert_eq!(subnet.keys().map(SchemaNode::name).collect::<Vec<_>>(), ["id"]);
    assert_eq!(subnet.parent().unwrap().name(), "config");
    assert_eq!(subnet.path(), "/ruru-test:config/subnet");
    assert!(subnet.child("prefix").unwrap().is_mandatory());
    assert_eq!(subnet.actions().next().unwrap().output().next().unwrap().name(), "count");
    assert!(!context.find("/ruru-test:state").unwrap().is_config());
    let add = context.find("/ruru-test:add").unwrap();
    assert_eq!(add.children().map(SchemaNode::name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(add.child("b").unwrap().defaults().collect::<Vec<_>>(), ["1"]);
    assert!(context.find("/ruru-test:nothing").is_none());
}

#[test]
fn types_are_resolved() {
    let context = context();
    let of = |path: &str| {
        let node = context.find(&format!("/ruru-test:config/{path}")).unwrap();
        (node, node.leaf_type().unwrap())
    };
    let (share, ty) = of("share");
    assert_eq!((ty.base(), ty.fraction_digits()), (Base::Decimal64, 2));
    assert_eq!(ty.ranges().collect::<Vec<_>>(), [(0, 100)]);
    assert!(share.check_value("0.25").is_ok());
    assert!(matches!(share.check_value("1.5"), Err(Error::Yang { .. })));
    let (preferred, ty) = of("preferred");
    assert_eq!(ty.base(), Base::Uint32);
    assert!(preferred.check_value("9").is_ok(), "the target is not looked for");
    assert_eq!(of("subnet/mode").1.enums().collect::<Vec<_>>(), ["fast", "slow"]);
    let members = of("subnet/address").1.members().map(|ty| ty.base()).collect::<Vec<_>>();
    assert_eq!(members, [Base::String, Base::Enumeration]);
    assert!(of("subnet/prefix").1.patterns().next().is_some());
}

#[test]
fn a_module_is_printed() {
    let context = context();
    let module = context.module("ruru-test").unwrap();
    assert!(module.print(SchemaFormat::Yang).unwrap().starts_with("module ruru-test {"));
    assert!(module.print(SchemaFormat::Yin).unwrap().contains("<module name=\"ruru-test\""));
    assert!(module.print(SchemaFormat::Tree).unwrap().contains("+--rw subnet* [id]"));
    assert!(module.print_submodule("none", None, SchemaFormat::Yang).is_err());
}

#[test]
fn a_tree_is_built_and_read() {
    let context = context();
    let mut tree = Tree::new(&context);
    assert!(tree.is_empty());
    {
        let mut top = tree.build();
        let mut config = top.container("ruru-test:config").unwrap();
        config.leaf("name", "n").unwrap();
        let mut subnet = config.list("subnet", &["7"]).unwrap();
        subnet.leaf("prefix", "192.0.2.1/24").unwrap();
        subnet.leaf("class", "a").unwrap();
        subnet.leaf("class", "b").unwrap();
        subnet.leaf_option("mode", None).unwrap();
        assert_eq!(subnet.node().unwrap().path(), "/ruru-test:config/subnet[id='7']");
        assert!(config.list("subnet", &[]).is_err(), "a key is missing");
        assert!(config.list("subnet", &["1", "2"]).is_err(), "a key too many");
        assert!(config.list("name", &["1"]).is_err(), "not a list");
        assert!(config.leaf("share", "7").is_err(), "out of range");
        assert_eq!(config.leaf("name", "a\0b"), Err(Error::ZeroByte));
        let long = "x".repeat(1000);
        config.list("subnet", &["8"]).unwrap().leaf("class", &long).unwrap();
        let mut state = top.container("ruru-test:state").unwrap();
        state.list("lease", &["192.0.2.9"]).unwrap().leaf("id", "AQID").unwrap();
    }
    assert_eq!(tree.roots().count(), 2);
    let subnet = tree.find("/ruru-test:config/subnet[id='7']").unwrap();
    assert_eq!(subnet.leaf("prefix"), Some("192.0.2.0/24"), "values are canonical");
    assert_eq!(subnet.keys().map(Node::name).collect::<Vec<_>>(), ["id"]);
    let classes = subnet.select("class").unwrap();
    assert_eq!(classes.iter().filter_map(|node| node.value()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(subnet.find("prefix").unwrap().value(), Some("192.0.2.0/24"));
    assert_eq!(subnet.select("../name").unwrap()[0].value(), Some("n"));
    let names = subnet.descend().map(Node::name).collect::<Vec<_>>();
    assert_eq!(names, ["subnet", "id", "prefix", "class", "class"]);
    assert!(tree.remove("/ruru-test:config"));
    assert!(!tree.remove("/ruru-test:config"));
    assert_eq!(
        json(&tree),
        r#"{"ruru-test:state":{"lease":[{"address":"192.0.2.9","id":"AQID"}]}}"#
    );
}

#[test]
fn paths_set_nodes_at_any_top() {
    let context = context();
    let mut tree = Tree::new(&context);
    tree.set("/ruru-test:state/lease[address='192.0.2.1']/subnet", Some("1")).unwrap();
    tree.set("/ruru-test:config/name", Some("a")).unwrap();
    tree.set("/ruru-test:config/name", Some("b")).unwrap();
    assert_eq!(tree.first().unwrap().name(), "config");
    assert_eq!(tree.find("/ruru-test:config/name").unwrap().value(), Some("b"));
    assert_eq!(tree.roots().count(), 2);
    assert!(tree.set("/ruru-test:config/nothing", None).is_err());
    let context = context.clone();
    drop(context);
    assert_eq!(tree.roots().count(), 2);
}

#[test]
fn trees_are_copied_merged_and_compared() {
    let context = context();
    let first = read(&context, r#"{"ruru-test:config":{"name":"a","extra":true}}"#);
    let second = read(&context, r#"{"ruru-test:config":{"name":"b"}}"#);
    let mut merged = first.duplicate().unwrap();
    assert!(merged.is_equal(&first));
    merged.merge(&second).unwrap();
    assert_eq!(json(&merged), r#"{"ruru-test:config":{"name":"b","extra":true}}"#);
    assert!(!merged.is_equal(&first));
    assert!(Tree::new(&context).is_equal(&Tree::new(&context)));
    let diff = first.difference(&merged).unwrap();
    assert_eq!(
        diff.find("/ruru-test:config/name").unwrap().annotation("operation"),
        Some("replace")
    );
    let leaf = first.find("/ruru-test:config/name").unwrap();
    assert_eq!(json(&leaf.duplicate(true).unwrap()), r#"{"ruru-test:config":{"name":"a"}}"#);
    let children = first.first().unwrap().duplicate_children().unwrap();
    assert_eq!(children.roots().map(Node::name).collect::<Vec<_>>(), ["name", "extra"]);
}

#[test]
fn some_of_a_nodes_children_are_copied_with_what_they_are_in() {
    let context = context();
    let text = r#"<config xmlns="urn:ruru:test" xmlns:y="urn:ietf:params:xml:ns:yang:1">
        <name y:operation="delete"/><subnet y:insert="first"><id>7</id>
        <class>a</class><class>b</class><class>c</class><mode y:operation="remove"/></subnet>
        </config><!-- --><nope xmlns="urn:nope"/>"#;
    let options = ParseOptions { opaque: true, lenient: true, ..ParseOptions::default() };
    let tree = context.parse(text, Format::Xml, options).unwrap();
    let subnet = tree.find("/ruru-test:config/subnet[id='7']").unwrap();
    let some: Vec<_> = subnet.children().skip(2).collect();
    let part = Tree::of_siblings(&context, &some).unwrap();
    let subnet = part.find("/ruru-test:config/subnet[id='7']").unwrap();
    assert_eq!(subnet.annotation("insert"), Some("first"));
    let text = part.print(Format::Xml, PrintOptions::COMPACT).unwrap();
    assert!(!text.contains("name") && !text.contains(">a<"), "{text}");
    assert!(text.contains("<class>b</class><class>c</class><mode "), "{text}");
    let roots: Vec<_> = tree.roots().collect();
    assert_eq!(Tree::of_siblings(&context, &roots).unwrap().roots().count(), 2);
    assert!(Tree::of_siblings(&context, &[]).unwrap().is_empty());
}

#[test]
fn contexts_are_not_mixed() {
    let (one, two) = (context(), context());
    let first = read(&one, r#"{"ruru-test:config":{"name":"a"}}"#);
    let mut other = Tree::new(&two);
    assert_eq!(other.merge(&first), Err(Error::OtherContext));
    assert_eq!(other.build().copy(first.first().unwrap()), Err(Error::OtherContext));
    let mut copy = first.duplicate_to(&two).unwrap();
    drop(first);
    drop(one);
    copy.merge(&other).unwrap();
    assert_eq!(json(&copy), r#"{"ruru-test:config":{"name":"a"}}"#);
}

#[test]
fn defaults_are_written_as_asked() {
    let context = context();
    let mut tree = read(&context, r#"{"ruru-test:config":{"name":"a"}}"#);
    tree.validate(Validation::default()).unwrap();
    assert!(tree.find("/ruru-test:config/share").unwrap().is_default());
    let print = |defaults| {
        tree.print(Format::Xml, PrintOptions { defaults, ..PrintOptions::COMPACT }).unwrap()
    };
    assert!(!print(Defaults::Explicit).contains("share"));
    assert!(!print(Defaults::Trim).contains("share"));
    assert!(print(Defaults::All).contains("<share>0.5</share>"));
    assert!(print(Defaults::AllTagged).contains(">0.5</share>"));
}

#[test]
fn faults_tell_where_they_are() {
    let context = context();
    let text = r#"{"ruru-test:config":{"subnet":[{"id":1,"prefix":"nonsense"}]}}"#;
    let error = context.parse(text, Format::Json, ParseOptions::default()).unwrap_err();
    let Error::Yang { code, details } = &error else { panic!("{error:?}") };
    assert_eq!(*code, YangCode::NOT_VALID);
    let path = details[0].data_path.as_deref();
    assert_eq!(path, Some("/ruru-test:config/subnet[id='1']/prefix"));

    let text = r#"{"ruru-test:config":{"subnet":[{"id":1},{"id":2}],"preferred":3}}"#;
    let all = Validation { all_errors: true, ..Validation::default() };
    let options = ParseOptions { validation: Some(all), ..ParseOptions::default() };
    let error = context.parse(text, Format::Json, options).unwrap_err();
    let Error::Yang { details, .. } = &error else { panic!("{error:?}") };
    assert_eq!(details.len(), 3, "{details:?}");
    assert!(details.iter().any(|detail| detail.app_tag.as_deref() == Some("instance-required")));

    let text = r#"{"ruru-test:config":{"unknown":1}}"#;
    assert!(context.parse(text, Format::Json, ParseOptions::default()).is_err());
    let lenient = ParseOptions { lenient: true, ..ParseOptions::default() };
    assert_eq!(json(&context.parse(text, Format::Json, lenient).unwrap()), "{}");
}

#[test]
fn edits_keep_their_attributes() {
    let context = context();
    let xml = r#"<config xmlns="urn:ruru:test"
        xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><subnet nc:operation="delete"/></config>"#;
    let tree = context.parse(xml, Format::Xml, ParseOptions::EDIT).unwrap();
    let subnet = tree.first().unwrap().children().next().unwrap();
    assert!(subnet.schema().is_none(), "without its key it is opaque");
    assert_eq!(subnet.namespace(), Some("urn:ruru:test"));
    let operation = subnet.annotations().next().unwrap();
    assert_eq!((operation.name, operation.value), ("operation", "delete"));
    assert_eq!(operation.namespace, Some("urn:ietf:params:xml:ns:netconf:base:1.0"));
}

#[test]
fn anything_is_kept_and_written() {
    let context = context();
    let xml = r#"<config xmlns="urn:ruru:test"><hint><a xmlns="urn:x">1</a></hint></config>"#;
    let options = ParseOptions { opaque: true, ..ParseOptions::default() };
    let tree = context.parse(xml, Format::Xml, options).unwrap();
    let hint = tree.find("/ruru-test:config/hint").unwrap();
    let content = hint.any_content(Format::Xml).unwrap();
    assert!(content.contains("urn:x") && content.contains(">1<"), "{content}");
}

#[test]
fn operations_are_read() {
    let context = context();
    let rpc = r#"<add xmlns="urn:ruru:test"><a>1</a></add>"#;
    let tree = context.parse_operation(rpc, Format::Xml, OperationKind::Rpc).unwrap();
    assert_eq!(tree.first().unwrap().leaf("a"), Some("1"));
    let notification = r#"{"ruru-test:changed":{"what":"x"}}"#;
    let tree =
        context.parse_operation(notification, Format::Json, OperationKind::Notification).unwrap();
    assert_eq!(tree.first().unwrap().leaf("what"), Some("x"));
    let wrong = r#"<add xmlns="urn:ruru:test"><c>1</c></add>"#;
    assert!(context.parse_operation(wrong, Format::Xml, OperationKind::Rpc).is_err());
}

#[test]
fn netconf_envelopes_are_read_also_when_the_operation_is_wrong() {
    let context = context();
    let base = "urn:ietf:params:xml:ns:netconf:base:1.0";
    let action = format!(
        r#"<rpc xmlns="{base}" message-id="1"><action xmlns="urn:ietf:params:xml:ns:yang:1">
             <config xmlns="urn:ruru:test"><subnet><id>1</id><reset/></subnet></config>
           </action></rpc>"#
    );
    let rpc = context.parse_rpc(&action).unwrap();
    assert_eq!(rpc.operation().unwrap().name(), "reset");
    assert_eq!(rpc.tree.first().unwrap().name(), "config");
    let wrong = format!(r#"<rpc xmlns="{base}" message-id="2"><add xmlns="urn:none"/></rpc>"#);
    let error = context.parse_rpc(&wrong).unwrap_err();
    assert_eq!(error.envelope.first().unwrap().annotation("message-id"), Some("2"));
    let error = context.parse_rpc("<hello/>").unwrap_err();
    assert!(matches!(error.error, Error::Yang { code: YangCode::NOT, .. }), "{error:?}");
    assert!(context.parse_rpc("<rpc").is_err());
}

#[test]
fn a_context_that_does_not_load_says_why() {
    let error = Context::builder().module("no-such-module", &[]).build().unwrap_err();
    assert!(error.to_string().contains("no-such-module"), "{error}");
    let error = Context::builder().text("module x {", &[]).build().unwrap_err();
    assert!(matches!(error, Error::Yang { .. }), "{error:?}");
    assert!(Context::builder().search("/no/such/directory").build().is_err());
}

#[test]
fn trees_go_to_other_threads() {
    let context = context();
    let tree = read(&context, r#"{"ruru-test:config":{"name":"a"}}"#);
    let there = std::thread::spawn(move || json(&tree)).join().unwrap();
    assert_eq!(there, r#"{"ruru-test:config":{"name":"a"}}"#);
}
