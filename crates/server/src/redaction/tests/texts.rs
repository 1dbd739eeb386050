//! Secrets inside texts: which parts go, and that all else stays.

use super::{hash, redacted, redacted_text};
use serde_json::json;

#[test]
fn what_a_text_assigns_to_a_secret_name_goes() {
    for (text, secrets) in [
        ("OPENAI_API_KEY=hunter2", &["hunter2"][..]),
        ("export DB_PASSWORD='hunter 2'", &["hunter 2"]),
        (
            "# .env\nHOST=db\nDB_PASSWORD=hunter;2 #x\n\nAPI_TOKEN=\"abc\"\nPORT=1",
            &["hunter;2 #x", "abc"],
        ),
        ("PASSWORD=correct horse battery", &["correct horse battery"]),
        ("ENV API_KEY=one REGION=eu", &["one"]),
        ("password := 'hunter2'", &["hunter2"]),
        ("'password' => 'hunter2', 'user' => 'ana'", &["hunter2"]),
        (
            "Host: a\r\nX-Api-Key: hunter2 b\r\nAccept: c",
            &["hunter2 b"],
        ),
        ("Cookie: a=b; c=d", &["a=b; c=d"]),
        ("curl -H 'X-Api-Key: hunter2' -H 'Accept: c'", &["hunter2"]),
        ("docker run -e \"API_KEY=hunter2\" x", &["hunter2"]),
        ("run --password=hunter2 --user=ana", &["hunter2"]),
        ("host=x password=hunter2 user=ana", &["hunter2"]),
        (
            "Server=tcp:x,1433;Password=hunter2;Initial Catalog=d;",
            &["hunter2"],
        ),
        ("Server=x;User Id=sa;Pwd='a''b';", &["a''b"]),
        ("user=ana&password=hunter2&next=/", &["hunter2"]),
        (
            "cut {\"user\":\"ana\",\"password\":\"hunter2\",\"to",
            &["hunter2"],
        ),
        ("cut {\\\"password\\\":\\\"hunter2\\\",\\\"to", &["hunter2"]),
        ("{'password': 'hunter2', 'user': 'ana'}", &["hunter2"]),
        ("user: ana\n  Passwort: geheim 1\n", &["geheim 1"]),
        ("the new password: hunter2, as agreed", &["hunter2"]),
        ("api_key=\"never closed", &["never closed"]),
    ] {
        goes(text, secrets);
    }
}

/// These parts of a text go, and nothing else does.
#[track_caller]
fn goes(text: &str, secrets: &[&str]) {
    let mut expected = text.to_owned();
    for secret in secrets {
        expected = expected.replace(secret, &hash(secret));
    }
    assert_eq!(redacted_text(text), expected);
    assert_eq!(redacted_text(&expected), expected, "sent again it stays");
}

#[test]
fn what_a_command_line_gives_to_a_secret_option_goes() {
    for (text, secrets) in [
        (
            "mysql --user ana --password hunter2 --host db",
            &["hunter2"][..],
        ),
        ("curl --api-key 'hunter 2' https://x", &["hunter 2"]),
        ("sh -c \"login --token hunter2\"", &["hunter2"]),
        ("deploy --db-password \t hunter2,x", &["hunter2,x"]),
        (
            "run --secret=hunter2 --secret hunter3 \\\n  --access-token hunter4",
            &["hunter2", "hunter3", "hunter4"],
        ),
    ] {
        goes(text, secrets);
    }
    let changes = redacted(json!([{"field": "args", "old": null, "new": [
        "psql", "--password", "hunter2", "--no-password", "db", "--token", "--user", "ana",
    ]}]));
    let new = json!([
        "psql",
        "--password",
        hash("hunter2"),
        "--no-password",
        "db",
        "--token",
        "--user",
        "ana"
    ]);
    assert_eq!(changes[0]["new"], new);
    assert_eq!(redacted(changes.clone()), changes);
}

#[test]
fn what_stands_below_or_beside_a_secret_name_goes() {
    for (text, secrets) in [
        (
            "db:\n  user: ana\n  password: \"hunter 2\" # x\n  host: db",
            &["hunter 2"][..],
        ),
        ("- password: 'it''s' \n- user: ana", &["it''s"]),
        (
            "password: |\n  hunter2\n\n    hunter3\n\nuser: ana",
            &["hunter2\n\n    hunter3"],
        ),
        (
            "a:\n  - api_key: >-  # folded\n\n      hunter2\n    user: ana",
            &["hunter2"],
        ),
        (
            "\"token\": !!binary |2\r\n\thunter2\r\nuser: ana",
            &["hunter2"],
        ),
        (
            "- name: DB_PASSWORD\n  value: hunter2\n- name: USER\n  value: ana",
            &["hunter2"],
        ),
        (
            "cut {\"name\": \"API_KEY\", \"value\": \"hunter2\", \"to",
            &["hunter2"],
        ),
        (
            "<add key=\"db.password\" value=\"hunter2\" />",
            &["hunter2"],
        ),
    ] {
        goes(text, secrets);
    }
}

#[test]
fn what_xml_says_under_a_secret_name_goes() {
    for (text, secrets) in [
        ("<db><password>hunter2</password></db>", &["hunter2"][..]),
        (
            "<db>\n  <password type='x'>\n    hunter 2\n  </password >\n</db>",
            &["hunter 2"],
        ),
        ("<wsse:Password>hunter2</wsse:Password>", &["hunter2"]),
        ("<apiKey><![CDATA[hunter2<>]]></apiKey>", &["hunter2<>"]),
        ("<apiKey><![CDATA[never closed", &["never closed"]),
        (
            "<db host=\"x\" password=\"hunter2\" user='ana'/>",
            &["hunter2"],
        ),
        (
            "<password token='hunter2'>hunter3</password>",
            &["hunter2", "hunter3"],
        ),
    ] {
        goes(text, secrets);
    }
}

#[test]
fn texts_without_a_secret_stay() {
    for text in [
        "max_tokens=100, token_limit: 5",
        "password_policy=strict; key_id=7",
        "the price per token: 0.01",
        "require_password=true\npassword: null\npassword=\napi_key: ****",
        "Password::new and ==, =, :, \"=\"",
        "https://secrets.example.com:8443/v1",
        "arn:aws:secretsmanager:eu-central-1:4711:x",
        "provider/secret-model:free",
        "{\"user\": \"ana\", \"max_tokens\": 1e2}",
        "[\"password\", \"passkey\"]",
        "ends with password=",
        "ünï: ßö=€",
        "mysql -p hunter2 --password",
        "run --password --user ana; run --no-password db --max-tokens 5 --token-limit 7",
        "docker login --password-stdin registry.example.com",
        "the option --password is required, as are --token and --secret.",
        "a user--password pair, ---- and --",
        "password: |\nuser: ana",
        "password: >\n\n",
        "password_policy: |\n  twelve letters",
        "key: |\n  region",
        "- name: DB_PASSWORD\n- value: ana",
        "<add key=\"region\" value=\"eu\"/>",
        "usage: login <user> <password> [--force]",
        "<password> and <b>more</b>, a > b",
        "<password/><password></password><passwordPolicy>strict</passwordPolicy>",
        "cat <password >out",
    ] {
        assert_eq!(redacted_text(text), text);
    }
}
