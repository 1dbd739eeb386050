/** A real OpenID Connect provider in a process of its own: `tests/sso/provider.mjs`. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { APIRequestContext } from '@playwright/test'

const HOME = new URL('../../tests/sso/', import.meta.url).pathname

/** Why the tests with a provider cannot run here; undefined when they can, or must. */
export function providerMissing(): string | undefined {
  const installed = existsSync(join(HOME, 'node_modules/oidc-provider'))
  const required = process.env['DAYBOOK_REQUIRE_SSO'] !== undefined
  return installed || required ? undefined : 'run npm ci in tests/sso'
}

type People = Record<string, Record<string, unknown>>

export class Provider {
  private readonly process: ChildProcess
  private readonly folder: string
  readonly issuer: string

  private constructor(process: ChildProcess, folder: string, issuer: string) {
    this.process = process
    this.folder = folder
    this.issuer = issuer
  }

  static async start(people: People): Promise<Provider> {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-provider-'))
    const file = join(folder, 'people.json')
    writeFileSync(file, JSON.stringify(people))
    const child = spawn('node', ['provider.mjs', '0', file], {
      cwd: HOME,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('http://')) return new Provider(child, folder, line.trim())
    }
    throw new Error('the provider ended before it was ready')
  }

  /** Registers Daybook there, as an administrator of the provider does. */
  async register(request: APIRequestContext, callback: string) {
    const answer = await request.post(`${this.issuer}/reg`, {
      data: { redirect_uris: [callback] },
    })
    return (await answer.json()) as { client_id: string; client_secret: string }
  }

  stop(): void {
    this.process.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
