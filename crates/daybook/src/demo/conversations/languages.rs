//! Conversations in and between languages.

use super::{Conversation, Scenario};
use crate::demo::dice::Dice;

pub(super) const CHATS: &[Scenario] = &[translation, japanese, chinese, arabic, hebrew, german];
pub(super) const TRANSLATION: &[Scenario] = &[translation, translation, german];
pub(super) const JAPANESE: &[Scenario] = &[japanese];

const SENTENCES: &[[&str; 6]] = &[
    [
        "Your parcel will arrive tomorrow between 9 and 12.",
        "Ihr Paket kommt morgen zwischen 9 und 12 Uhr.",
        "お荷物は明日9時から12時の間に届きます。",
        "سيصل طردك غدًا بين الساعة 9 و12.",
        "החבילה שלך תגיע מחר בין 9 ל-12.",
        "Su paquete llegará mañana entre las 9 y las 12.",
    ],
    [
        "The invoice is attached to this message.",
        "Die Rechnung liegt dieser Nachricht bei.",
        "請求書をこのメッセージに添付しました。",
        "الفاتورة مرفقة بهذه الرسالة.",
        "החשבונית מצורפת להודעה זו.",
        "La factura va adjunta a este mensaje.",
    ],
    [
        "Please change your password before Friday.",
        "Bitte ändern Sie Ihr Passwort vor Freitag.",
        "金曜日までにパスワードを変更してください。",
        "يرجى تغيير كلمة المرور قبل يوم الجمعة.",
        "נא להחליף את הסיסמה לפני יום שישי.",
        "Cambie su contraseña antes del viernes.",
    ],
    [
        "We are closed on public holidays.",
        "An Feiertagen haben wir geschlossen.",
        "祝日は休業いたします。",
        "نحن مغلقون في أيام العطل الرسمية.",
        "אנחנו סגורים בחגים.",
        "Cerramos los días festivos.",
    ],
    [
        "Thank you for your feedback; it helps us improve.",
        "Vielen Dank für Ihre Rückmeldung, sie hilft uns weiter.",
        "ご意見をありがとうございます。改善に役立てます。",
        "شكرًا لملاحظاتك، فهي تساعدنا على التحسن.",
        "תודה על המשוב, הוא עוזר לנו להשתפר.",
        "Gracias por sus comentarios; nos ayudan a mejorar.",
    ],
];

fn translation(dice: &mut Dice) -> Conversation {
    let (column, language) = dice.pick(&[
        (1, "German"),
        (2, "Japanese"),
        (3, "Arabic"),
        (4, "Hebrew"),
        (5, "Spanish"),
    ]);
    let first = dice.index(SENTENCES.len());
    let chosen: Vec<_> = (0..dice.index(3) + 2)
        .map(|step| SENTENCES[(first + step) % SENTENCES.len()])
        .collect();
    let join = |column: usize| {
        chosen
            .iter()
            .map(|row| row[column])
            .collect::<Vec<_>>()
            .join("\n")
    };
    Conversation::new(format!(
        "Translate customer messages from English into {language}. Keep line breaks and placeholders. Polite form. Output the translation only."
    ))
    .ask(join(0))
    .answer(join(column))
}

fn japanese(dice: &mut Dice) -> Conversation {
    let (question, answer) = dice.pick(&[
        ("有給休暇はいつまでに申請すればいいですか？", "有給休暇は、原則として取得日の**5営業日前**までに申請してください。急な体調不良の場合は当日の連絡でかまいません。"),
        ("会議室の予約を取り消したいです。", "社内ポータルの「予約一覧」から該当の会議を開き、「取消」を押してください。開始15分前まで無料で取り消せます。"),
        ("新しいノートパソコンを申請するには？", "「機器申請」フォームに用途と希望日を記入し、上長の承認を受けてください。通常は**10営業日**ほどで届きます。"),
        ("在宅勤務は週に何日まで可能ですか？", "現在の規程では**週3日**まで可能です。試用期間中の方は上長とご相談ください。"),
    ]);
    Conversation::new("あなたは社内FAQのアシスタントです。丁寧に、短く答えてください。分からないことは総務部に案内してください。")
        .ask(question)
        .answer(answer)
}

fn chinese(dice: &mut Dice) -> Conversation {
    let growth = dice.between(3, 28);
    Conversation::new("你是一名数据分析助理。回答要简洁，先给结论，再给依据。")
        .ask(format!("上个月华东区的订单增长了{growth}%，但是退货也多了。怎么跟领导汇报？"))
        .said("先确认一下：退货率是多少？和前三个月相比如何？")
        .ask("退货率从4.1%升到5.3%，主要是灯具。")
        .answer(format!(
            "建议这样汇报：\n\n**结论**：华东区订单增长{growth}%，但增长质量下降，退货率升至5.3%。\n\n**依据**：退货集中在灯具，\
             其他品类基本稳定。\n\n**行动**：本周抽查灯具的包装和供应商批次，两周后复盘。"
        ))
}

fn arabic(dice: &mut Dice) -> Conversation {
    let days = dice.between(2, 9);
    Conversation::new("أنت مساعد خدمة العملاء. أجب بإيجاز ولطف، ولا تعد بما لا تستطيع تأكيده.")
        .ask(format!("مرحبًا، طلبت كرسيًا قبل {days} أيام ولم يصل بعد. رقم الطلب A-20417"))
        .answer(
            "مرحبًا بك، ونعتذر عن التأخير. الطلب **A-20417** غادر المستودع أمس، ومن المتوقع أن يصلك خلال يومي عمل. \
             سنرسل لك رسالة فور خروجه للتوصيل.",
        )
}

fn hebrew(dice: &mut Dice) -> Conversation {
    let hour = dice.between(9, 17);
    Conversation::new("ענה לעובדים בעברית, בקצרה. אם אינך יודע, הפנה למשאבי אנוש.")
        .ask(format!("אפשר להזיז את הפגישה עם הצוות ב-Chicago לשעה {hour}:30?"))
        .answer(format!(
            "השעה {hour}:30 בישראל היא {}:30 ב-Chicago. אם זה מוקדם מדי עבורם, השעה 17:00 אצלנו נוחה לשני הצדדים.",
            hour - 8
        ))
}

fn german(dice: &mut Dice) -> Conversation {
    let (draft, better) = dice.pick(&[
        ("Bezugnehmend auf Ihr Schreiben möchten wir Ihnen mitteilen, dass eine Bearbeitung erfolgt.", "Danke für Ihr Schreiben. Wir kümmern uns darum und melden uns bis Freitag."),
        ("Die Inbetriebnahme des Gerätes ist durch Betätigung des Schalters vorzunehmen.", "Schalten Sie das Gerät am Schalter ein."),
        ("Es wird darauf hingewiesen, dass die Parkplätze seitens der Besucher zu nutzen sind.", "Diese Parkplätze sind für unsere Gäste."),
    ]);
    Conversation::new("Du bist Lektorin. Schreib Amtsdeutsch in klares Deutsch um und sag in einem Satz, was du geändert hast.")
        .ask(draft)
        .answer(format!("{better}\n\n*Geändert: Verben statt Hauptwörter, und wer handelt, steht jetzt im Satz.*"))
}
