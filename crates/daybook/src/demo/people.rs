//! Who works at the company: workspaces, users with their names, roles and devices. Nobody here
//! is real; addresses use the domains and networks reserved for documentation.

use super::dice::{Dice, Weighted};
use super::rhythm;
use daybook_model::Timestamp;

/// Where a user sits, which decides when they work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Europe,
    Asia,
    Americas,
}

impl Region {
    pub(super) const ALL: [Self; 3] = [Self::Europe, Self::Asia, Self::Americas];

    pub(super) const fn offset_hours(self) -> i64 {
        match self {
            Self::Europe => 1,
            Self::Asia => 8,
            Self::Americas => -6,
        }
    }

    /// Part of the company's people.
    pub(super) const fn share(self) -> f64 {
        match self {
            Self::Europe => 0.60,
            Self::Asia => 0.17,
            Self::Americas => 0.23,
        }
    }
}

/// A workspace.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Workspace {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) department: &'static str,
}

const fn workspace(id: &'static str, name: &'static str, department: &'static str) -> Workspace {
    Workspace {
        id,
        name,
        department,
    }
}

pub(super) const WORKSPACES: &[Workspace] = &[
    workspace("ws_1", "Research", "research"),
    workspace("ws_2", "Platform Engineering", "engineering"),
    workspace("ws_3", "Customer Support", "support"),
    workspace("ws_4", "Data Science", "data"),
    workspace("ws_5", "Legal & Compliance", "legal"),
    workspace("ws_6", "Marketing", "marketing"),
    workspace("ws_7", "Finance", "finance"),
    workspace("ws_8", "東京オフィス", "tokyo"),
];

/// A member of the company.
pub(super) struct User {
    pub(super) id: String,
    /// What the platform shows: the name the identity provider told, the address of local accounts.
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    pub(super) region: Region,
    pub(super) workspace: &'static Workspace,
    pub(super) identity_provider: &'static str,
    pub(super) ip: String,
    pub(super) user_agent: &'static str,
    /// Index of the model they prefer.
    pub(super) taste: u64,
}

/// A system user: administrators of the platform itself.
pub(super) struct Operator {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) role: &'static str,
    pub(super) ip: &'static str,
}

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        id: "u_2",
        name: "ops@example.com",
        role: "super_admin",
        ip: "198.51.100.7",
    },
    Operator {
        id: "u_3",
        name: "marta.keller@example.com",
        role: "super_admin",
        ip: "2001:db8:40::17",
    },
    Operator {
        id: "u_4",
        name: "billing@example.com",
        role: "billing_admin",
        ip: "198.51.100.21",
    },
    Operator {
        id: "u_5",
        name: "auditor@example.org",
        role: "auditor",
        ip: "203.0.113.200",
    },
];

/// The user whose account gets locked.
pub(super) const LOCKED_USER: &str = "lucia.marin@example.com";

pub(super) const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
];

const EUROPE: &str = "Ana Ruiz|Lucía Marín|Jonas Weber|Zoë van Dijk|Søren Lindqvist|Élodie Marchand|Łukasz Zieliński|Chiara Bianchi|Mateja Horvat|Ioana Popescu|Niamh Byrne|Tomáš Dvořák|Eszter Nagy|Pekka Virtanen|Inês Carvalho|Юлия Соколова|Олександр Бондар|Ελένη Παπαδάκη|Γιώργος Νικολάου|Georg Pfeiffer|Hanna Lund|Marek Novák|Oliver Hughes|Freya Jónsdóttir|Sofie Jensen|Bastien Lefèvre|Giulia Conti|Katrin Vogel|Paul Schneider|Agnieszka Wójcik|Emre Yıldız|Şebnem Kaya|Дмитрий Волков|Rasa Kazlauskaitė|Viktor Petrov|Laura Fernández|Hugo Almeida|Clara Dubois|Max Brandt|Aoife Kelly|Noah Maes|Elin Bergström|דנה לוי|יואב כהן|تالا حدّاد|عمر الفاسي|ليلى منصور|Marco Rossi|Petra Kolar|Stefan Ilić|Yara Haddad|Thandiwe Nkosi|Chidi Okafor|Amara Diallo|Kwame Mensah|Leonie Braun|Felix Hartmann|Isabel Moreno|Arne Haugen|Mila Jovanović|Nora Eide|Quentin Roy|Ruth Adler|Vera Costa|Wim de Boer";
const ASIA: &str = "王芳|李伟|陈静怡|佐藤 健|鈴木 美咲|高橋 翔太|김민준|이서연|박지훈|Nguyễn Thị Hoa|Trần Minh|Priya Raman|अर्जुन मेहता|நிலா செல்வம்|আনিকা রহমান|ธนพล ศรีสุข|Siti Rahmawati|Wei Ling Tan|田中 由美|林志豪|黃詠琪|Ravi Iyer|Mei Chen|Haruto Mori";
const AMERICAS: &str = "Emily Carter|Diego Herrera|Camila Souza|Marcus Bennett|Grace O'Neill|José Ángel Peña|Renata Lima|Tyler Brooks|Jasmine Wright|Mateo Vargas|Hannah Goldberg|Andre Thompson|Valentina Rojas|Logan Fraser|Chloé Tremblay|Ethan Park|Sofía Castillo|Bruno Azevedo|Naomi Clark|Daniel Kim|Alicia Mendoza|Ryan Murphy|Zara Ahmed|Owen Price|Luciana Duarte|Peter Hall|Monique Baptiste|Isaac Stone|Paula Ortega|Gabriel Santos|Kayla Jordan";

/// Everybody, and how often each of them is heard of.
pub(super) struct People {
    pub(super) users: Vec<User>,
    /// Per region: its users and their weights.
    regions: [(Vec<usize>, Weighted); 3],
}

impl People {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let named = [
            (Region::Europe, EUROPE),
            (Region::Asia, ASIA),
            (Region::Americas, AMERICAS),
        ];
        let mut users = Vec::new();
        for (region, names) in named {
            for name in names.split('|') {
                let number = users.len() + 17;
                users.push(user(number, name, region, dice));
            }
        }
        let regions = Region::ALL.map(|region| {
            let members: Vec<usize> = (0..users.len())
                .filter(|index| users[*index].region == region)
                .collect();
            let weights = Weighted::zipf(members.len());
            (members, weights)
        });
        Self { users, regions }
    }

    /// Someone who is likely to be at work at this time.
    pub(super) fn at_work(&self, time: Timestamp, dice: &mut Dice) -> &User {
        let weights = Region::ALL.map(|region| region.share() * rhythm::people(region, time));
        let region = Weighted::new(weights).draw(dice);
        let (members, by_rank) = &self.regions[region];
        &self.users[members[by_rank.draw(dice)]]
    }

    /// The user of this address.
    pub(super) fn by_email(&self, email: &str) -> &User {
        let found = self.users.iter().find(|user| user.email == email);
        found.expect("the company has the people its stories tell of")
    }
}

fn user(number: usize, name: &str, region: Region, dice: &mut Dice) -> User {
    let email = address(number, name);
    let identity_provider = match number % 20 {
        _ if email == LOCKED_USER || email == "ana.ruiz@example.com" => "local",
        0..9 => "okta",
        9..13 => "google",
        _ => "local",
    };
    // A local account knows no display name, except where nobody could spell the address.
    let romanised = email.starts_with("user.");
    let shown = if identity_provider == "local" && !romanised {
        email.clone()
    } else {
        name.into()
    };
    let tokyo = name.chars().any(|c| ('\u{3040}'..'\u{9fff}').contains(&c)) && dice.chance(0.7);
    User {
        id: format!("u_{number}"),
        name: shown,
        role: match number % 17 {
            3 => "workspace_admin",
            9 => "developer",
            _ => "user",
        },
        region,
        workspace: if tokyo {
            &WORKSPACES[7]
        } else {
            &WORKSPACES[(number + 4) % 7]
        },
        identity_provider,
        ip: match number % 7 {
            0 => format!(
                "2001:db8:{:x}::{:x}",
                dice.between(1, 0xfff),
                dice.between(2, 0xffff)
            ),
            1..3 => format!("198.51.100.{}", dice.between(30, 250)),
            _ => format!("203.0.113.{}", dice.between(2, 190)),
        },
        user_agent: dice.pick(BROWSERS),
        taste: dice.bits(),
        email,
    }
}

/// First and last name in plain letters at a reserved domain; a number for other scripts.
fn address(number: usize, name: &str) -> String {
    let domain = if number.is_multiple_of(6) {
        "example.org"
    } else {
        "example.com"
    };
    let plain: Option<String> = name.chars().map(plain_letter).collect();
    match plain {
        Some(plain) => format!("{}@{domain}", plain.replace('\'', "")),
        None => format!("user.{number}@{domain}"),
    }
    .replace("lucia.marin@example.org", LOCKED_USER)
}

fn plain_letter(letter: char) -> Option<char> {
    let plain = match letter.to_lowercase().next().unwrap_or(letter) {
        ' ' => '.',
        'á' | 'à' | 'ä' | 'ã' | 'å' => 'a',
        'č' | 'ć' | 'ç' => 'c',
        'é' | 'è' | 'ë' | 'ê' | 'ė' | 'ễ' => 'e',
        'í' | 'ï' | 'ı' | 'ị' => 'i',
        'ł' => 'l',
        'ń' | 'ñ' => 'n',
        'ó' | 'ö' | 'ø' | 'ô' => 'o',
        'ř' => 'r',
        'š' | 'ş' => 's',
        'ú' | 'ü' | 'ů' => 'u',
        'ý' => 'y',
        'ž' | 'ź' => 'z',
        'ầ' => 'a',
        other if other.is_ascii() => other,
        _ => return None,
    };
    Some(plain)
}
