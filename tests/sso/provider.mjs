// A real OpenID Connect provider on this machine, for tests. Arguments: the port (0: any) and a file
// of people, JSON: {"<login>": {…claims…}}, read again for every sign-in. Prints its issuer when it is
// ready. Signing in needs the login only; `amr` and `acr` of a person become those of the token.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const [port, peopleFile] = process.argv.slice(2)
const people = () => JSON.parse(readFileSync(peopleFile, 'utf8'))

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomBytes(8).toString('hex')
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
}

const server = createServer()
server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  serve(issuer)
  console.log(issuer)
})

function serve(issuer) {
  const provider = new Provider(issuer, {
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false }, registration: { enabled: true } },
    claims: {
      acr: null,
      amr: null,
      openid: ['sub', 'groups', 'platform_ids'],
      email: ['email', 'email_verified'],
      profile: ['name'],
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, login) => ({
      accountId: login,
      claims: () => ({ ...people()[login], sub: people()[login]?.sub ?? login }),
    }),
    // Everybody agrees: consent is not what is tested here.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.session.accountId,
        clientId: ctx.oidc.client.clientId,
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const oidc = provider.callback()
  server.on('request', (request, response) => {
    const handler = request.url.startsWith('/interaction/') ? signIn : oidc
    Promise.resolve(handler(request, response, provider)).catch((error) => {
      response.writeHead(500).end(String(error))
    })
  })
}

const PAGE = `<!doctype html><html lang="en"><title>Example provider</title><main>
<h1>Example provider</h1><form method="post">
<label>Login <input name="login" autofocus></label>
<button>Continue</button> <button name="deny" value="1">Refuse</button></form></main></html>`

async function signIn(request, response, provider) {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
    return
  }
  let body = ''
  for await (const chunk of request) body += chunk
  const form = new URLSearchParams(body)
  const login = form.get('login')
  const person = people()[login]
  const result =
    form.has('deny') || !person
      ? { error: 'access_denied', error_description: 'nobody signed in' }
      : { login: { accountId: login, amr: person.amr, acr: person.acr } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}
