/** Paths the interface calls, in the form openapi-typescript generates. */
import type {
  Catalogue,
  ErrorBody,
  EventPage,
  FieldValues,
  Histogram,
  LogEvent,
  Session,
  Status,
} from './types'

interface Answer<Body> {
  200: { content: { 'application/json': Body } }
  default: { content: { 'application/json': ErrorBody } }
}
interface Get<Body> {
  get: { responses: Answer<Body> }
}
interface GetAt<Path, Body> {
  get: { parameters: { path: Path }; responses: Answer<Body> }
}
interface SendBody<Body> {
  content: { 'application/json': Body }
}

export interface paths {
  '/api/v1/catalogue': Get<Catalogue>
  '/api/v1/status': Get<Status>
  '/api/v1/logs/{stream}': GetAt<{ stream: string }, EventPage>
  '/api/v1/logs/{stream}/events/{id}': GetAt<{ stream: string; id: string }, LogEvent>
  '/api/v1/logs/{stream}/values/{field}': GetAt<{ stream: string; field: string }, FieldValues>
  '/api/v1/logs/{stream}/histogram': GetAt<{ stream: string }, Histogram>
  '/api/v1/session': {
    get: { responses: Answer<Session | null> }
    post: { requestBody: SendBody<{ email: string; password: string }>; responses: Answer<Session> }
    delete: { responses: { 204: { content?: never } } }
  }
  '/api/v1/setup': {
    get: { responses: Answer<{ needed: boolean }> }
    post: {
      requestBody: SendBody<{ token: string; email: string; password: string }>
      responses: Answer<Session>
    }
  }
}
