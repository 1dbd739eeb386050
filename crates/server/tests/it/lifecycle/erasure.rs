//! Erasing a person, and what stays.

use super::*;

fn about(user: &str) -> Value {
    json!([
        {"stream": "usage", "id": format!("{user}-1"), "age_days": 40, "user_id": user, "user_name": "Ana Roth",
         "ip": "198.51.100.7", "platform_model": "m", "cost": 0.5, "metadata": {"team": "Ana"},
         "request": {"prompt": "I am Ana Roth"}, "content": "Ana Roth asks"},
        {"stream": "usage", "id": format!("{user}-2"), "age_days": 1, "user_id": user, "user_name": "Ana Roth",
         "cost": 0.25},
        {"stream": "auth", "id": format!("{user}-3"), "age_days": 2, "event": "sign_in", "user_id": user,
         "user_name": "Ana Roth", "ip": "198.51.100.7", "details": {"device": "Ana's phone"}},
        {"stream": "system", "id": format!("{user}-4"), "age_days": 2, "event": "quota.reached",
         "resource_type": "user", "resource_id": user, "resource_name": "Ana Roth", "message": "Ana Roth"},
        {"stream": "system", "id": format!("{user}-5"), "age_days": 2, "event": "worker.died",
         "resource_type": "worker", "resource_id": user, "resource_name": "worker"},
    ])
}

#[tokio::test]
async fn what_events_say_about_a_person_is_erased_and_only_that() {
    let server = started().await;
    send(&server, about("user-ana-7")).await;
    send(&server, about("user-ana-77")).await;
    let wanted = json!({"user_id": "user-ana-7", "reason": "request of 2026-03-01"});
    let asked = call(&server, Method::POST, "/api/v1/erasures", wanted.clone()).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let job = job_in(&server, "erasure", "done").await;
    assert_eq!((&job["id"], &job["events"]), (&json!(id), &json!(4)));

    let whole = |stream: &str, id: &str| format!("/api/v1/logs/{stream}/events/{id}");
    let usage = server.get(&whole("usage", "user-ana-7-1")).await.json();
    for name in [
        "user_id",
        "user_name",
        "ip",
        "metadata",
        "request",
        "content",
    ] {
        assert_eq!(usage[name], Value::Null, "{name}");
    }
    assert_eq!(
        (&usage["cost"], &usage["platform_model"]),
        (&json!(0.5), &json!("m"))
    );
    for (stream, id) in [("auth", "user-ana-7-3"), ("system", "user-ana-7-4")] {
        let text = server.get(&whole(stream, id)).await.text();
        assert!(!text.contains("Ana"), "{text}");
    }
    let worker = server.get(&whole("system", "user-ana-7-5")).await.json();
    assert_eq!(worker["resource_id"], "user-ana-7", "no person");
    assert_eq!(
        total(&server, "usage", "user_id=user-ana-77").await,
        2,
        "another"
    );
    let other = server.get(&whole("usage", "user-ana-77-1")).await.json();
    assert_eq!(other["request"]["prompt"], "I am Ana Roth");

    let erased = audit(&server, "person.erased").await;
    assert_eq!(erased["details"]["events"], 4);
    let requested = audit(&server, "erasure.requested").await;
    assert_eq!(requested["reason"], "request of 2026-03-01");
    assert_eq!(requested["details"]["person"], erased["resource_id"]);
    let told = format!(
        "{requested}{erased}{}",
        server.get(&format!("/api/v1/jobs/{id}")).await.text()
    );
    assert!(
        !told.contains("user-ana") && !told.contains("Roth"),
        "{told}"
    );
}

#[tokio::test]
async fn what_was_erased_is_in_no_file_any_more() {
    let server = started().await;
    send(&server, about("user-ana-7")).await;
    send(
        &server,
        json!([{"stream": "usage", "id": "other", "age_days": 1, "user_id": "user-bo-8", "cost": 1}]),
    )
    .await;
    // The one event that names the person without being about one.
    let fields = json!({"user_id": "user-ana-7", "reason": "x", "streams": ["usage", "auth"]});
    call(&server, Method::POST, "/api/v1/erasures", fields).await;
    let erasure = job_in(&server, "erasure", "done").await;
    // After it nothing changes the files any more but archiving.
    let after = |job: &Value| job["finished_at"].as_str() > erasure["finished_at"].as_str();
    let archived = |job: &Value| job["kind"] == "archive" && job["state"] == "done" && after(job);
    wait_for(&server, archived).await;
    server.control.close().await;
    let mut seen = false;
    let mut waiting = vec![server.dir.path().to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let has = |text: &[u8]| bytes.windows(text.len()).any(|bytes| bytes == text);
        seen |= has(b"user-bo-8");
        let of_system_events = path.to_string_lossy().contains("system");
        assert!(!has(b"198.51.100.7"), "{}", path.display());
        assert!(
            of_system_events || !has(b"Ana's phone"),
            "{}",
            path.display()
        );
    }
    assert!(seen, "what is not erased can be found this way");
}

/// The files under a directory that hold a text.
fn files_with(path: &Path, text: &[u8]) -> Vec<String> {
    if let Ok(entries) = std::fs::read_dir(path) {
        let within = entries.flat_map(|entry| files_with(&entry.unwrap().path(), text));
        return within.collect();
    }
    // The store may be removing it.
    let bytes = std::fs::read(path).unwrap_or_default();
    let found = bytes.windows(text.len()).any(|bytes| bytes == text);
    found
        .then(|| path.display().to_string())
        .into_iter()
        .collect()
}

#[tokio::test]
async fn an_erasure_may_be_narrow_and_done_again_it_finds_nothing() {
    let server = started().await;
    send(&server, about("u1")).await;
    let narrow = json!({"user_id": "u1", "streams": ["usage"], "fields": ["ip"], "reason": "x", "origin": "everything"});
    for (round, events) in [(0, 1), (1, 0)] {
        let asked = call(&server, Method::POST, "/api/v1/erasures", narrow.clone()).await;
        assert_eq!(asked.status, 202, "{round}: {}", asked.text());
        let id = asked.json()["id"].clone();
        let job = wait_for(&server, |job| job["id"] == id && job["state"] == "done").await;
        assert_eq!(job["events"], events, "{round}: {job}");
    }
    assert_eq!(
        total(&server, "usage", "user_id=u1&ip.exists=false").await,
        2
    );
    assert_eq!(total(&server, "auth", "user_id=u1&ip.exists=true").await, 1);
    for (wanted, field) in [
        (json!({"user_id": "u1", "reason": ""}), "reason"),
        (json!({"user_id": "", "reason": "x"}), "user_id"),
        (
            json!({"user_id": "u1", "reason": "x", "streams": []}),
            "streams",
        ),
        (
            json!({"user_id": "u1", "reason": "x", "fields": ["cost"]}),
            "fields",
        ),
        (
            json!({"user_id": "u1", "reason": "x", "streams": ["audit"], "fields": ["ip"]}),
            "fields",
        ),
    ] {
        let answer = call(&server, Method::POST, "/api/v1/erasures", wanted).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["field"]),
            (400, &json!(field))
        );
    }
}

#[tokio::test]
async fn erased_audit_events_keep_their_proofs() {
    let server = started().await;
    let time = now().plus_us(-86_400_000_000).to_string();
    let deeds = json!([
        {"stream": "audit", "id": "did", "time": time, "action": "model.disabled", "actor_id": "user-ana-7",
         "actor_name": "Ana Roth", "ip": "198.51.100.7", "resource_type": "model", "resource_id": "m1",
         "details": {"said": "Ana was here"}},
        {"stream": "audit", "id": "undergone", "time": time, "action": "member.invited", "actor_id": "user-bo-8",
         "resource_type": "member", "resource_id": "user-ana-7", "resource_name": "Ana Roth"},
        {"stream": "audit", "id": "owned", "time": time, "action": "api_key.disabled", "actor_id": "user-bo-8",
         "resource_type": "api_key", "resource_id": "k1", "parent_type": "user", "parent_id": "user-ana-7",
         "parent_name": "Ana Roth"},
        {"stream": "audit", "id": "other", "time": time, "action": "model.enabled", "actor_id": "user-bo-8",
         "actor_name": "Bo Lind", "parent_type": "workspace", "parent_id": "user-ana-7"},
    ]);
    let first = server.post_events(&[], deeds.to_string()).await.json();
    assert_eq!(first["accepted"], 4, "{first}");
    let usage = json!({"user_id": "user-ana-7", "reason": "x"});
    let wanted = json!({"user_id": "user-ana-7", "reason": "x", "streams": ["audit"]});
    for (wanted, events) in [(usage, 0), (wanted, 3)] {
        let asked = call(&server, Method::POST, "/api/v1/erasures", wanted).await;
        let id = asked.json()["id"].clone();
        let job = wait_for(&server, |job| job["id"] == id && job["state"] == "done").await;
        assert_eq!(job["events"], events, "{job}");
    }
    for id in ["did", "undergone", "owned"] {
        let event = server
            .get(&format!("/api/v1/logs/audit/events/{id}"))
            .await
            .text();
        assert!(
            !event.contains("Ana") && !event.contains("user-") && !event.contains("198.51"),
            "{event}"
        );
        assert!(
            event.contains("leaf_hash") && event.contains("\"action\""),
            "{event}"
        );
    }
    let other = server.get("/api/v1/logs/audit/events/other").await.json();
    assert_eq!(other["actor_name"], "Bo Lind");
    let answer = loop {
        let answer = server.get("/api/v1/audit/did/proof").await;
        if answer.status != 503 {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let said = answer.json();
    assert_eq!(
        (&said["body"], &said["salt"]),
        (&Value::Null, &Value::Null),
        "{said}"
    );
    let leaf = daybook_ledger::leaf_hash(said["leaf"].as_str().unwrap().as_bytes());
    let key: daybook_ledger::VerifierKey = said["verifier_key"].as_str().unwrap().parse().unwrap();
    let proof =
        daybook_ledger::TlogProof::parse(said["proof"].as_str().unwrap().as_bytes()).unwrap();
    proof
        .verify(&leaf, &daybook_ledger::Policy::of_log(key))
        .unwrap();
    // Sent again, it is still known.
    let again = server.post_events(&[], deeds.to_string()).await.json();
    assert_eq!(
        (&again["duplicates"], &again["receipts"]),
        (&json!(4), &first["receipts"])
    );
    server.control.close().await;
    assert_eq!(files_with(server.dir.path(), b"Ana was here"), [""; 0]);
    assert_eq!(files_with(server.dir.path(), b"Ana Roth"), [""; 0]);
    assert!(!files_with(server.dir.path(), b"Bo Lind").is_empty());
}

#[tokio::test]
async fn a_refused_erasure_names_whom_it_was_about_as_a_done_one_does() {
    let server = started().await;
    let hold = json!({"name": "Case 7", "reason": "court order"});
    let hold = call(&server, Method::POST, "/api/v1/holds", hold).await;
    assert_eq!(hold.status, 201, "{}", hold.text());
    let erase = async |user: &str| {
        let wanted = json!({"user_id": user, "reason": "x"});
        let asked = call(&server, Method::POST, "/api/v1/erasures", wanted).await;
        asked.status.as_u16()
    };
    for user in ["person-A", "person-B", "person-A"] {
        assert_eq!(erase(user).await, 409, "{user}");
    }
    let path = "/api/v1/logs/audit?action=erasure.requested&result=failure&sort=time";
    let refused = server.get(path).await.json();
    assert!(!refused.to_string().contains("person-"), "{refused}");
    let told = refused["items"].as_array().unwrap();
    assert_eq!(told.len(), 2, "one a person: {refused}");
    for event in told {
        assert_eq!(event["resource_type"], "person", "{event}");
        assert!(event["reason"].as_str().unwrap().contains("Case 7"));
    }
    assert_ne!(told[0]["resource_id"], told[1]["resource_id"]);

    let id = hold.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/holds/{id}");
    let released = call(&server, Method::DELETE, &path, Value::Null).await;
    assert_eq!(released.status, 204, "{}", released.text());
    assert_eq!(erase("person-A").await, 202);
    job_in(&server, "erasure", "done").await;
    let erased = audit(&server, "person.erased").await;
    assert_eq!(erased["resource_id"], told[0]["resource_id"]);
}

#[tokio::test]
async fn an_erasure_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_in(dir.path());
    let before = server(Arc::clone(&store), dir, false).await;
    send(&before, about("u1")).await;
    let wanted = json!({"user_id": "u1", "reason": "x"});
    call(&before, Method::POST, "/api/v1/erasures", wanted).await;
    assert_eq!(job_in(&before, "erasure", "waiting").await["events"], 0);
    // What comes later is not what was asked about.
    let mut later = about("u1");
    for event in later.as_array_mut().unwrap() {
        event["id"] = json!(format!("later-{}", event["id"].as_str().unwrap()));
    }
    send(&before, later).await;
    before.control.close().await;

    let after = server(store, before.dir, true).await;
    assert_eq!(job_in(&after, "erasure", "done").await["events"], 4);
    assert_eq!(total(&after, "usage", "user_id=u1").await, 2);
}
