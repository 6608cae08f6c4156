import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

interface Floor {
  DB: D1Database
  LEDGER: DurableObjectNamespace<Ledger>
  ONE_TIME: DurableObjectNamespace<OneTime>
  SIGNER: DurableObjectNamespace<Signer>
  /** What Postern answers there, so that both send the same bytes. */
  JWKS: string
  METADATA: string
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const CLAIMS_SECONDS = 600

class Rows extends DurableObject<Floor> {
  constructor(context: DurableObjectState, env: Floor) {
    super(context, env)
    context.storage.sql.exec('CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
  }

  write(key: string, value: string): void {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO rows (key, value) VALUES (?, ?)', key, value)
  }

  read(key: string): string | undefined {
    return this.ctx.storage.sql.exec<{ value: string }>('SELECT value FROM rows WHERE key = ?', key).toArray()[0]?.value
  }

  take(key: string): boolean {
    return this.ctx.storage.sql.exec('DELETE FROM rows WHERE key = ?', key).rowsWritten > 0
  }
}

export class OneTime extends Rows {}

/** As Postern's ledger does: the row is read, the key's object is called, and then the row is written, or it is not. */
export class Ledger extends Rows {
  async signAndWrite(account: string, grant: string): Promise<string> {
    this.read(grant)
    const token = await signer(this.env).sign(account)
    this.write(grant, 'redeemed')
    return token
  }

  readAndSign(account: string, grant: string): Promise<string> {
    this.read(grant)
    return signer(this.env).sign(account)
  }
}

/** Makes and signs the claims, so that nothing but the account travels to it. */
export class Signer extends DurableObject<Floor> {
  private readonly keys = crypto.subtle.generateKey(ES256, true, ['sign', 'verify']) as Promise<CryptoKeyPair>

  async sign(account: string): Promise<string> {
    const { privateKey } = await this.keys
    const issuedAt = Math.floor(Date.now() / 1000)
    const claims = { sub: account, iat: issuedAt, exp: issuedAt + CLAIMS_SECONDS, jti: crypto.randomUUID() }
    const input = `${encodeJson({ alg: 'ES256', typ: 'at+jwt' })}.${encodeJson(claims)}`
    const signature = await crypto.subtle.sign(ES256, privateKey, new TextEncoder().encode(input))
    return `${input}.${base64Url(signature)}`
  }

  async publicJwk(): Promise<JsonWebKey> {
    const { publicKey } = await this.keys
    return (await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey
  }
}

const app = new Hono<{ Bindings: Floor; Variables: { account: string; grant: string } }>()

app.use(async (c, next) => {
  c.set('account', c.req.query('account') ?? '')
  c.set('grant', c.req.query('grant') ?? '')
  await next()
})

// Code exchange and rotating refresh: the account's object, which calls the key's, and writes one row.
app.post('/write-and-sign', async (c) => {
  const { account, grant } = c.var
  return c.json({ access_token: await ledger(c.env, account).signAndWrite(account, grant) })
})

// A refresh that does not rotate: a read in the object instead of the write.
app.post('/read-and-sign', async (c) => {
  const { account, grant } = c.var
  return c.json({ access_token: await ledger(c.env, account).readAndSign(account, grant) })
})

// Introspection: both objects are asked at the same time, and the signature is verified here.
app.post('/read-and-verify', async (c) => {
  const { account, grant } = c.var
  const [jwk] = await Promise.all([signer(c.env).publicJwk(), ledger(c.env, account).read(grant)])
  return c.json({ active: await verifyToken(jwk, c.req.header('Authorization') ?? '') })
})

// GET /authorize: session, app, scopes and organizations are read, and a consent is put down.
app.get('/page', async (c) => {
  for (let read = 0; read < 4; read++) await findRow(c.env, c.var.account)
  await oneTime(c.env).write(c.var.grant, 'pending')
  return c.html('<!doctype html><title>Allow?</title><form method="post"></form>')
})

// POST /authorize: session, app and scopes again, the consent is taken, the ledger writes the grant.
app.post('/answer', async (c) => {
  for (let read = 0; read < 3; read++) await findRow(c.env, c.var.account)
  await oneTime(c.env).take(c.var.grant)
  await ledger(c.env, c.var.account).write(c.var.grant, 'authorized')
  return c.redirect('https://bench.example/callback?code=none', 303)
})

let jwks: object | undefined
let metadata: object | undefined
app.get('/jwks', (c) => {
  jwks ??= JSON.parse(c.env.JWKS) as object
  return c.json(jwks)
})
app.get('/metadata', (c) => {
  metadata ??= JSON.parse(c.env.METADATA) as object
  return c.json(metadata)
})

export default app

function findRow(env: Floor, key: string): Promise<unknown> {
  return env.DB.prepare('SELECT * FROM rows WHERE key = ?').bind(key).first()
}

function ledger(env: Floor, account: string) {
  return env.LEDGER.get(env.LEDGER.idFromName(account))
}

function oneTime(env: Floor) {
  return env.ONE_TIME.get(env.ONE_TIME.idFromName('pool'))
}

function signer(env: Floor) {
  return env.SIGNER.get(env.SIGNER.idFromName('key'))
}

let verificationKey: Promise<CryptoKey> | undefined

async function verifyToken(jwk: JsonWebKey, authorization: string): Promise<boolean> {
  verificationKey ??= crypto.subtle.importKey('jwk', jwk, ES256, false, ['verify'])
  const [header, claims, signature] = authorization.replace('Bearer ', '').split('.')
  const input = new TextEncoder().encode(`${header}.${claims}`)
  return crypto.subtle.verify(ES256, await verificationKey, fromBase64Url(signature ?? ''), input)
}

function encodeJson(value: object): string {
  return base64Url(new TextEncoder().encode(JSON.stringify(value)))
}

function base64Url(bytes: ArrayBuffer | Uint8Array): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}
