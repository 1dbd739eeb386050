/** Commands that fill a log, ready to paste; only the key is left to put in. */
import type { Stream } from '../../api/types'

export const keyCommand = 'daybook key create --name gateway --scope ingest'

export function liteLlmCommand(origin: string): string {
  return [
    `export GENERIC_LOGGER_ENDPOINT=${origin}/ingest/litellm`,
    'export GENERIC_LOGGER_HEADERS="Authorization=Bearer dbk_…"',
  ].join('\n')
}

export function otlpCommand(origin: string): string {
  return [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    'export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer dbk_…"',
  ].join('\n')
}

const EXAMPLES: Record<Exclude<Stream, 'usage'>, object> = {
  audit: {
    stream: 'audit',
    actor_type: 'member',
    actor_name: 'ana@example.com',
    action: 'model.disabled',
    resource_type: 'model',
    resource_name: 'gpt-4o',
    result: 'success',
    changes: [{ field: 'enabled', old: true, new: false }],
  },
  auth: {
    stream: 'auth',
    event: 'sign_in',
    result: 'failure',
    reason: 'wrong password',
    user_name: 'ana@example.com',
  },
  system: {
    stream: 'system',
    level: 'error',
    source: 'vectorizer',
    event: 'job.failed',
    message: 'embedding call timed out',
  },
}

export function postCommand(origin: string, stream: Exclude<Stream, 'usage'>): string {
  return [
    `curl ${origin}/api/v1/events \\`,
    "  -H 'Authorization: Bearer dbk_…' -H 'Content-Type: application/json' \\",
    `  -d '[${JSON.stringify(EXAMPLES[stream])}]'`,
  ].join('\n')
}
