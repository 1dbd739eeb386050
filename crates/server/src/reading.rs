//! Who reads what. [`Reader::scope`] is the one place that says which events and fields a caller
//! may see: every query of a route is made here and carries it.

use crate::app::App;
use crate::auth::{Caller, authenticate};
use crate::client::from;
use crate::control::{Actor, Client, Requester, Role, Scope as KeyScope};
use crate::denials::{asking, demand, denied};
use crate::error::{ApiError, ApiResult};
use crate::reads::{Asked, Who};
use crate::seal::Seal;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use daybook_model::params::{ParamError, Params};
use daybook_model::{Field, ListRequest, Owner, Query, Scope, Stream};

/// Marks the requests below `/api/v1/me`: they are about the caller's own data, whatever else it
/// may see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnData;

/// A caller that may read the log, or some of it.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    app: App,
    caller: Caller,
    own_data: bool,
    sight: Sight,
    /// Where it is told what they asked for; with the request alone.
    asked: Option<Asked>,
}

/// A caller that may see figures about the server as a whole.
#[derive(Debug)]
pub(crate) struct Monitor;

/// What a caller may see, as of its last check.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sight {
    /// A platform's key: everything.
    Everything,
    /// An account: what its role reads.
    Account { role: Role, own: Scope, seal: Seal },
}

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let caller = authenticate(parts, app, KeyScope::Read).await?;
        let own_data = parts.extensions.get::<OwnData>().is_some();
        let mut reader = match Self::new(app.clone(), caller.clone(), own_data).await {
            Err(refusal) if refusal.status == StatusCode::FORBIDDEN => {
                return Err(denied(parts, app, &caller, refusal).await);
            }
            made => made?,
        };
        if let Some(asked) = parts.extensions.get::<Asked>() {
            asked.by(Who {
                actor: reader.caller.actor(from(parts).client),
                asking: asking(parts),
                audit: reader.sees(Stream::Audit).is_ok(),
            });
            reader.asked = Some(asked.clone());
        }
        Ok(reader)
    }
}

impl FromRequestParts<App> for Monitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let caller = authenticate(parts, app, KeyScope::Read).await?;
        let what = "the figures of the server";
        demand(parts, app, &caller, Role::inspects, what).await?;
        Ok(Self)
    }
}

impl Reader {
    async fn new(app: App, caller: Caller, own_data: bool) -> ApiResult<Self> {
        let sight = match caller.user() {
            None if own_data => {
                let message = "own data belongs to an account: sign in, or send a personal API key";
                return Err(ApiError::forbidden("forbidden", message));
            }
            None => Sight::Everything,
            Some(user) => Sight::Account {
                role: user.role,
                own: match own_data || !user.role.reads_everybody() {
                    true => own(&app, &user.id).await?,
                    false => Scope::own([]),
                },
                seal: Seal::of(&app.control).await?,
            },
        };
        Ok(Self {
            app,
            caller,
            own_data,
            sight,
            asked: None,
        })
    }

    /// The reader of somebody who asked for something earlier, as they are now.
    ///
    /// # Errors
    /// When their key or account has ended.
    pub(crate) async fn again(app: &App, requester: &Requester, own_data: bool) -> ApiResult<Self> {
        let ended = || {
            let message = "the key or account that asked for this has ended";
            ApiError::forbidden("forbidden", message)
        };
        let caller = Caller::of(app, requester).await?.ok_or_else(ended)?;
        Self::new(app.clone(), caller, own_data).await
    }

    /// Who reads, for what goes on without them.
    pub(crate) fn requester(&self) -> Requester {
        self.caller.requester()
    }

    /// The actor of what they do.
    pub(crate) fn actor(&self, client: Client) -> Actor {
        self.caller.actor(client)
    }

    /// Whether they may change what belongs to everybody.
    pub(crate) fn administers(&self) -> bool {
        match &self.sight {
            Sight::Everything => false,
            Sight::Account { role, .. } => role.administers(),
        }
    }

    /// What of a stream the caller may see. That it may see nothing goes on record.
    ///
    /// # Errors
    /// 403 when its role may not read the stream at all, naming those that may.
    pub(crate) fn scope(&self, stream: Stream) -> ApiResult<Scope> {
        self.sees(stream).inspect_err(|refusal| {
            if let Some(asked) = &self.asked {
                asked.denied(&refusal.message);
            }
        })
    }

    fn sees(&self, stream: Stream) -> ApiResult<Scope> {
        let (role, own) = match &self.sight {
            Sight::Everything => return Ok(Scope::All),
            Sight::Account { role, own, .. } => (*role, own),
        };
        if self.own_data && stream != Stream::Usage {
            let message =
                format!("own data is usage events; of {stream} events nothing is your own");
            return Err(ApiError::not_found(message).about("stream"));
        }
        if !role.reads(stream) {
            let what = format!("reading {stream} events");
            return Err(ApiError::not_for(role, |role| role.reads(stream), &what));
        }
        match self.own_data || !role.reads_everybody() {
            true => Ok(own.clone()),
            false => Ok(Scope::All),
        }
    }

    /// The streams of which the caller may see anything.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (Stream, Scope)> {
        let streams = Stream::ALL.into_iter();
        streams.filter_map(|stream| Some((stream, self.sees(stream).ok()?)))
    }

    /// Whether the caller may look at what belongs to everybody.
    pub(crate) const fn inspects(&self) -> bool {
        match &self.sight {
            Sight::Everything => true,
            Sight::Account { role, .. } => role.inspects(),
        }
    }

    /// Everything of a stream that the caller may see.
    pub(crate) fn all(&self, stream: Stream) -> ApiResult<Query> {
        Ok(Query {
            scope: self.scope(stream)?,
            ..Query::all(stream)
        })
    }

    /// The parameters left, as a question about what the caller may see.
    pub(crate) fn query(&self, mut params: Params, stream: Stream) -> ApiResult<Query> {
        let scope = self.scope(stream)?;
        let as_of = self.take_as_of(&mut params, &scope)?;
        let query = params.query(stream, scope)?;
        Ok(Query {
            as_of: as_of.or(query.as_of),
            ..query
        })
    }

    /// The same without a beginning where none is given: for what reaches into the archive.
    pub(crate) fn whole_query(&self, mut params: Params, stream: Stream) -> ApiResult<Query> {
        let scope = self.scope(stream)?;
        let as_of = self.take_as_of(&mut params, &scope)?;
        let query = params.whole_query(stream, scope)?;
        Ok(Query {
            as_of: as_of.or(query.as_of),
            ..query
        })
    }

    /// The same, with order and page.
    pub(crate) fn list_request(
        &self,
        mut params: Params,
        stream: Stream,
    ) -> ApiResult<ListRequest> {
        let scope = self.scope(stream)?;
        let as_of = self.take_as_of(&mut params, &scope)?;
        let mut request = params.list_request(stream, scope)?;
        request.query.as_of = as_of.or(request.query.as_of);
        Ok(request)
    }

    /// A field of a stream that the caller may see.
    pub(crate) fn field(&self, stream: Stream, name: &str) -> ApiResult<Option<&'static Field>> {
        Ok(self.scope(stream)?.field(stream, name))
    }

    /// The `as_of` of an answer. Who may not know how many events there are cannot read it.
    pub(crate) fn as_of(&self, scope: &Scope, seq: i64) -> String {
        match (scope, &self.sight) {
            (Scope::Own(_), Sight::Account { seal, .. }) => seal.close(seq),
            _ => seq.to_string(),
        }
    }

    fn take_as_of(&self, params: &mut Params, scope: &Scope) -> ApiResult<Option<i64>> {
        let (Scope::Own(_), Sight::Account { seal, .. }) = (scope, &self.sight) else {
            return Ok(None);
        };
        let Some(text) = params.take("as_of")? else {
            return Ok(None);
        };
        let wrong = || ParamError {
            parameter: "as_of".into(),
            message: "expected the as_of of an earlier answer".into(),
        };
        Ok(Some(seal.open(&text).ok_or_else(wrong)?))
    }

    /// Whether a query is still one that the caller may ask: its account, role, links, session or
    /// key may have changed since.
    ///
    /// # Errors
    /// When they have, so that it may not, or may see other events.
    pub(crate) async fn check(&self, query: &Query) -> ApiResult<()> {
        let changed = || {
            let message = "what you may see has changed since this began";
            ApiError::forbidden("forbidden", message)
        };
        let caller = self.caller.again(&self.app).await?.ok_or_else(changed)?;
        let now = Self::new(self.app.clone(), caller, self.own_data).await?;
        match now.scope(query.stream)? == query.scope {
            true => Ok(()),
            false => Err(changed()),
        }
    }
}

/// The events that are an account's own.
async fn own(app: &App, user_id: &str) -> ApiResult<Scope> {
    let links = app.control.links(user_id).await?.into_iter();
    Ok(Scope::own(links.map(|link| Owner {
        origin: link.origin.into(),
        user_id: link.user_id.into(),
    })))
}
