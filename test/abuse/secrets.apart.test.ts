// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { type ChildProcess, spawn } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importedKeyHasher } from '@tollgate/kit/directory'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { serverError, simulatedProvider } from '@tollgate/testing'
import { Agent, fetch } from 'undici'
import { expect, it } from 'vitest'
import { type Certified, testCertificates } from '../support/certificates.ts'
import { closeAfter } from '../support/close-after.ts'
import { command } from '../support/gateway.ts'
import { AUDIENCE, type TestIssuer, testIssuer } from '../support/issuer.ts'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { filesUnder, formsOf, type Secret, secretsIn, secretsUnder } from '../support/secret-search.ts'

/** The built program: what is in the memory of this process, which knows every secret, says nothing. */
const MAIN = fileURLToPath(new URL('../../packages/gateway/dist/main.js', import.meta.url))

/** Random, so that a find is a find; with characters that other encodings spell otherwise. */
const made = (prefix: string) => `${prefix}${randomBytes(30).toString('base64')}+/`

it('the search finds a secret in every form', () => {
  const secret = { name: 'it', text: made('sk-') }
  const { text } = secret
  const around = (inner: string) => `{"log":"before ${inner} behind"}`
  for (const hidden of [
    around(text),
    around(encodeURIComponent(text)),
    around(Buffer.from(text).toString('hex')),
    ...['', 'a', 'ab', 'abc'].flatMap((before) => [
      Buffer.from(`${before}${text}behind`).toString('base64'),
      Buffer.from(`${before}${text}`).toString('base64url'),
    ]),
    JSON.stringify(around(JSON.stringify({ text }))),
  ])
    expect(secretsIn(hidden, [secret]), hidden).toEqual(['it'])
  expect(secretsIn(around(made('sk-')), [secret])).toEqual([])
  expect(new Set(formsOf(text)).size).toBeGreaterThan(6)
})

/** What the operators of a gateway have. */
function operatorSecrets() {
  return {
    PROVIDER_KEY: made('sk-'),
    SEALED_KEY: made('sk-'),
    API_KEY: made('dg-'),
    ADMIN_TOKEN: made('admin-'),
    MASTER_KEY: made('master-'),
    SEAL_KEY: made('seal-'),
    CONFIG_KEY: `cfg-${randomBytes(24).toString('hex')}`,
    ALERT_SECRET: made('hook-'),
    // Whoever knows the address may post there.
    HOOK_PATH: randomBytes(24).toString('hex'),
  }
}

/** Who is known by something else than a key of ours. */
interface Others {
  readonly issuer: TestIssuer
  /** A key that LiteLLM made, and that was imported by its digest. */
  readonly imported: string
  readonly caFile: string
  readonly server: Certified
  readonly client: Certified
  /** Whoever trusts the server, and is known by the client's certificate where it says so. */
  readonly trusting: Agent
  readonly certified: Agent
}

async function others(): Promise<Others> {
  const authority = testCertificates()
  closeAfter(async () => authority.remove())
  const server = authority.sign('gateway', 'IP:127.0.0.1')
  const client = authority.sign('crawler', 'URI:spiffe://acme/ns/science/sa/crawler')
  const agents = [{ ca: authority.ca }, { ca: authority.ca, cert: client.cert, key: client.key }].map(
    (connect) => new Agent({ connect, pipelining: 0 }),
  )
  for (const agent of agents) closeAfter(() => agent.destroy())
  return {
    issuer: await testIssuer(),
    imported: made('sk-'),
    caFile: authority.caFile,
    server,
    client,
    trusting: agents[0]!,
    certified: agents[1]!,
  }
}

/** The private part of a certificate, as it would be found in PEM or out of it. */
const privateOf = ({ key }: Certified) => key.split('\n')[1]!

type OperatorSecrets = ReturnType<typeof operatorSecrets>

const YAML = (store: string, { issuer, server, caFile }: Others) => `
listen: { port: 0, tls: { cert: "${server.certFile}", key: "${server.keyFile}", client_ca: "${caFile}", clients: optional } }
auth:
  jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }]
  certificates: { callers: [{ uri: "spiffe://acme/ns/{team}/sa/{user}" }] }
admin: { listen: { port: 0 }, token: "\${ADMIN_TOKEN}" }
store: "${store}"
spool: ./data/spool
org: acme
master_key: "\${MASTER_KEY}"
seal_keys: ["\${SEAL_KEY}"]
retries: { max: 1, within: 2s }
providers:
  openai: { dialect: openai, baseUrl: "\${PROVIDER}", apiKey: "\${PROVIDER_KEY}" }
  second: { dialect: openai, baseUrl: "\${SECOND}", apiKey: sealed }
  paid: { dialect: http, baseUrl: "\${PROVIDER}", auth: { header: authorization, value: "Token \${API_KEY}" }, meter: { unit: request, usd: "0.001" } }
routes: { gpt-4o-mini: [openai/gpt-4o-mini, second/gpt-4o-mini], gpt-4o: [second/gpt-4o], wrong: [echo/gpt-4o] }
tiers: { default: { models: [gpt-4o-mini, gpt-4o, wrong] } }
teams: [{ id: science, budgets: [{ limit_usd: 1, period: daily }, { limit_usd: 0.000001, period: hourly, mode: soft }] }, { id: poor, budgets: [{ limit_usd: 0, period: daily }] }]
keys:
  - { id: stated, team: science, secret: "\${CONFIG_KEY}" }
alerts: [{ at: [1, 50], to: "\${HOOK}", secret: "\${ALERT_SECRET}" }]
audit: [{ type: ndjson, path: ./data/audit.ndjson }]
`

/** A provider that repeats the key which it is called with, as OpenAI's refusal of a wrong one does. */
async function echoingProvider(): Promise<string> {
  const server = createServer((req, res) => {
    res.writeHead(401, { 'content-type': 'application/json', 'x-key': String(req.headers.authorization) })
    const message = `Incorrect API key provided: ${req.headers.authorization}.`
    res.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeAfter(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

interface Running {
  readonly child: ChildProcess
  readonly folder: string
  readonly url: string
  readonly adminUrl: string
  said(): string
  env: Readonly<Record<string, string>>
}

async function running(operators: OperatorSecrets, store: string, known: Others): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-secrets-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  const provider = await simulatedProvider({ apiKey: operators.PROVIDER_KEY })
  const second = await simulatedProvider({ apiKey: operators.SEALED_KEY })
  for (const each of [provider, second]) closeAfter(() => each.close())
  provider.next({}, serverError, serverError)
  writeFileSync(
    join(folder, 'tollgate.yaml'),
    YAML(store, known).replace(
      '  paid:',
      '  echo: { dialect: openai, baseUrl: "${ECHO}", apiKey: "${PROVIDER_KEY}" }\n  paid:',
    ),
  )
  const addresses = {
    PROVIDER: provider.url,
    SECOND: second.url,
    ECHO: await echoingProvider(),
    HOOK: `${provider.url}/services/${operators.HOOK_PATH}`,
  }
  const env = { ...operators, ...addresses }
  const typed = (line: string, input = '') =>
    command(`${line} --config tollgate.yaml`, { env, cwd: folder, input: async () => input })
  if (store.startsWith('redis')) expect(await typed('ledger init')).toMatchObject({ code: 0 })
  else {
    const first = await start(folder, env)
    first.child.kill('SIGTERM')
    await once(first.child, 'close')
  }
  expect(await typed('providers set-key second', operators.SEALED_KEY)).toMatchObject({ code: 0, err: '' })
  await importKey(
    known.imported,
    operators,
    store.startsWith('redis') ? store : join(folder, 'data/tollgate.db'),
  )
  return start(folder, env)
}

/** What `tollgate import litellm` writes of a key: its text is known to nobody but its owner. */
async function importKey(key: string, { MASTER_KEY }: OperatorSecrets, place: string): Promise<void> {
  const directory = place.startsWith('redis') ? redisDirectory(place) : sqliteDirectory(place)
  const hashed = importedKeyHasher(MASTER_KEY).ofDigest(hash('sha256', key))
  await directory.createKey({
    id: 'imported',
    org: 'acme',
    team: 'science',
    ...hashed,
    createdAtMs: Date.now(),
  })
  await directory.close()
}

/** What commands print beside a gateway that runs, and what is said of files that are wrong. */
async function printed({ folder, env }: Running): Promise<string> {
  const lines = [
    'config check',
    'doctor',
    'keys list --json',
    'changes',
    'spend',
    'providers list',
    'teams list',
  ]
  const config = readFileSync(join(folder, 'tollgate.yaml'), 'utf8')
  const wrong = config
    .replace('secret: "${ALERT_SECRET}"', 'secrets: "${ALERT_SECRET}"')
    .replace('to: "', 'to: "x')
  writeFileSync(join(folder, 'wrong.yaml'), wrong)
  const said: string[] = []
  for (const line of [
    ...lines.map((line) => `${line} --config tollgate.yaml`),
    'config check --config wrong.yaml',
  ]) {
    const { out, err } = await command(line, { env, cwd: folder })
    said.push(out, err)
    expect(`${out}${err}`, line).not.toBe('')
  }
  expect(said.at(-1)).toContain('did you mean secret?')
  return said.join('\n')
}

async function start(folder: string, env: Readonly<Record<string, string>>): Promise<Running> {
  const args = ['--heapsnapshot-signal=SIGUSR2', MAIN, 'start', '--config', 'tollgate.yaml']
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } })
  closeAfter(async () => void child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  await expect.poll(() => text, { timeout: 60_000 }).toMatch(/^admin .*$/m)
  const url = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  return {
    child,
    folder,
    env,
    url: url(/base_url="(.+?)\/v1"/),
    adminUrl: url(/^admin +(\S+)/m),
    said: () => text,
  }
}

interface Asked {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly dispatcher?: Agent
}

/** Everything that callers and operators do, with every answer that is no secret's one telling. */
async function busy(gateway: Running, operators: OperatorSecrets, known: Others) {
  const answers: string[] = []
  const ask = async (url: string, init: Asked, keep = true) => {
    const { headers, dispatcher = known.trusting } = init
    const answer = await fetch(url, { ...init, dispatcher, headers: { connection: 'close', ...headers } })
    const body = await answer.text()
    if (keep) answers.push(JSON.stringify([...answer.headers]), body)
    return { status: answer.status, body }
  }
  const json = { 'content-type': 'application/json' }
  const admin = (method: string, path: string, body?: object, keep = true, token = operators.ADMIN_TOKEN) =>
    ask(
      `${gateway.adminUrl}${path}`,
      {
        method,
        headers: { ...json, authorization: `Bearer ${token}` },
        ...(body && { body: JSON.stringify(body) }),
      },
      keep,
    )
  const issued = async (path: string, body: object) =>
    (JSON.parse((await admin('POST', path, body, false)).body) as { secret: string }).secret
  const chat = (model: string, more: object = {}) => ({
    model,
    max_tokens: 8,
    messages: [{ role: 'user', content: 'Any secrets?' }],
    ...more,
  })
  const call = (key: string, body: unknown, path = '/v1/chat/completions', header = 'authorization') =>
    ask(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { ...json, [header]: header === 'authorization' ? `Bearer ${key}` : key },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  const minted = await issued('/admin/v1/keys', { id: 'minted', team: 'science' })
  const poor = await issued('/admin/v1/keys', { id: 'poor', team: 'poor' })
  const statuses = [
    await call(operators.CONFIG_KEY, chat('gpt-4o-mini')),
    await call(minted, chat('gpt-4o-mini')),
    await call(minted, chat('gpt-4o-mini', { stream: true })),
    await call(minted, chat('gpt-4o')),
    await call(minted, chat('gpt-4o'), '/v1/messages', 'x-api-key'),
    await call(minted, chat('wrong')),
    await call(minted, chat('o1-pro')),
    await call(minted, '{"model": "gpt-4o-mini", "messages": '),
    await call(minted, {}, '/paid/v1/listen'),
    await call(poor, chat('gpt-4o-mini')),
  ].map(({ status }) => status)
  const token = await known.issuer.token()
  const expired = await known.issuer.token({ exp: 1 })
  expect((await call(token, chat('gpt-4o-mini'))).status).toBe(200)
  expect((await call(expired, chat('gpt-4o-mini'))).status).toBe(401)
  expect((await call(known.imported, chat('gpt-4o-mini'))).status).toBe(200)
  const url = `${gateway.url}/v1/chat/completions`
  const byCertificate = { method: 'POST', headers: json, body: JSON.stringify(chat('gpt-4o-mini')) }
  expect((await ask(url, { ...byCertificate, dispatcher: known.certified })).status).toBe(200)
  const guess = made('sk-')
  const typo = `${minted.slice(0, -1)}${minted.endsWith('0') ? '1' : '0'}`
  for (const wrong of [guess, typo]) expect((await call(wrong, chat('gpt-4o-mini'))).status).toBe(401)
  const inAddress = `/v1/chat/completions?key=${encodeURIComponent(minted)}`
  expect((await ask(gateway.url + inAddress, { method: 'POST', headers: json, body: '{}' })).status).toBe(401)
  const rotated = await issued('/admin/v1/keys/minted/rotate', {})
  expect((await call(rotated, chat('gpt-4o-mini'))).status).toBe(200)
  expect((await call(minted, chat('gpt-4o-mini'))).status).toBe(200)
  await admin('POST', '/admin/v1/keys/poor/revoke', {})
  expect((await call(poor, chat('gpt-4o-mini'))).status).toBe(401)
  const wrongToken = made('admin-')
  expect((await admin('GET', '/admin/v1/keys', undefined, true, wrongToken)).status).toBe(401)
  for (const path of [
    '/admin/v1/keys',
    '/admin/v1/changes',
    '/admin/v1/providers',
    '/admin/v1/spend?group_by=key',
    '/metrics',
  ])
    expect((await admin('GET', path)).status, path).toBe(200)
  const { imported, client } = known
  const digest = hash('sha256', imported)
  return {
    answers,
    statuses,
    presented: {
      minted,
      poor,
      rotated,
      guess,
      typo,
      wrongToken,
      token,
      expired,
      imported,
      digest,
      client: privateOf(client),
    },
  }
}

const asSecrets = (texts: Readonly<Record<string, string>>): Secret[] =>
  Object.entries(texts).map(([name, text]) => ({ name, text }))

/** The heap of a process, after it has collected what nobody holds any more. */
async function heapOf({ child, folder }: Running): Promise<Buffer> {
  const before = new Set(readdirSync(folder))
  child.kill('SIGUSR2')
  const written = () =>
    readdirSync(folder).find((name) => name.endsWith('.heapsnapshot') && !before.has(name))
  await expect.poll(written, { timeout: 60_000 }).toBeDefined()
  const path = join(folder, written()!)
  const isWhole = () => readFileSync(path).subarray(-3).toString().trimEnd().endsWith(']}')
  await expect.poll(isWhole, { timeout: 120_000, interval: 500 }).toBe(true)
  const bytes = readFileSync(path)
  rmSync(path)
  return bytes
}

/** All that a Redis would write to a disk, with no text compressed. */
async function dumpOf(redis: RedisServer): Promise<Buffer> {
  await redis.call('config', 'set', 'rdbcompression', 'no')
  await redis.call('save')
  return Buffer.concat(filesUnder(redis.folder).map((path) => readFileSync(path)))
}

it.each(['a file', 'a Redis'])(
  'after a busy run on %s no secret is anywhere',
  { timeout: 300_000 },
  async (where) => {
    const operators = operatorSecrets()
    const redis = where === 'a Redis' ? await redisServer() : undefined
    if (redis) closeAfter(() => redis.stop())
    const known = await others()
    const gateway = await running(operators, redis ? `${redis.url}/0` : 'sqlite:./data/tollgate.db', known)
    const { answers, statuses, presented } = await busy(gateway, operators, known)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 502, 403, 400, expect.any(Number), 429])
    const secrets = asSecrets({ ...operators, ...presented, serverKey: privateOf(known.server) })

    expect(secretsIn(await printed(gateway), secrets)).toEqual([])
    // While it runs: its write-ahead log is still beside the file.
    expect(secretsIn(answers.join('\n'), secrets)).toEqual([])
    expect(secretsIn(gateway.said(), secrets)).toEqual([])
    expect(secretsUnder(join(gateway.folder, 'data'), secrets)).toEqual([])
    if (redis) {
      const dump = await dumpOf(redis)
      expect(secretsIn(dump, secrets)).toEqual([])
      expect(dump.includes('minted')).toBe(true)
    }
    // What was searched is what was meant.
    expect(answers.join()).toContain('"minted"')
    expect(readFileSync(join(gateway.folder, 'data/audit.ndjson'), 'utf8')).toContain('minted')

    // What it calls providers with, and what its own config states, a process has to know as long as it lives. What callers
    // have presented, and what it has made for them, it has no use for once it has answered.
    const inHeap = async () =>
      secretsIn(await heapOf(gateway), asSecrets({ PROVIDER_KEY: operators.PROVIDER_KEY, ...presented }))
    // A request is let go of when its connection has closed and its money is settled, which on a busy machine takes a moment.
    await expect.poll(inHeap, { timeout: 200_000, interval: 1000 }).toEqual(['PROVIDER_KEY'])

    gateway.child.kill('SIGTERM')
    await once(gateway.child, 'close')
    expect(gateway.said()).toContain('An alert did not reach')
    expect(secretsIn(gateway.said(), secrets)).toEqual([])
    expect(secretsUnder(join(gateway.folder, 'data'), secrets)).toEqual([])
  },
)
