// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, startGateway } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { command } from '../support/gateway.ts'

const FILE = `
listen: { port: "\${PORT}" }
admin: { listen: { port: 0 }, token: "\${ADMIN_TOKEN}" }
master_key: "\${MASTER_KEY}"
providers:
  openai: { dialect: openai, baseUrl: "\${BASE_URL}", apiKey: "\${OPENAI_API_KEY}" }
audit: [{ type: ndjson, path: "\${AUDIT_FILE}" }]
teams: [{ id: science }]
keys:
  - { id: ada, team: science, secret: "\${ADA_SECRET}" }
  - { id: bob, team: science, secret: "\${BOB_SECRET}" }
`

const MASTER_KEY = 'a-master-key-that-the-operator-has-in-a-safe'

/** What the gateway runs with, and an operator's own shell has not got. */
const SECRETS = {
  PORT: '0',
  ADMIN_TOKEN: 'the-token-of-the-operators',
  MASTER_KEY,
  BASE_URL: 'http://127.0.0.1:9/v1',
  OPENAI_API_KEY: 'sk-real',
  AUDIT_FILE: './audit.ndjson',
  ADA_SECRET: 'a-secret-of-ada-that-is-long-enough-for-a-key',
  BOB_SECRET: 'a-secret-of-bob-that-is-long-enough-for-a-key',
}

/** A gateway from that file, and commands in a shell with these variables and no others. */
async function running() {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'tollgate.yaml'), FILE)
  const gateway = await startGateway(loadConfig({ file: 'tollgate.yaml', env: SECRETS, cwd }))
  closeAfter(async () => void (await gateway.close()))
  return {
    cwd,
    url: gateway.url,
    typed: (line: string, env: Readonly<Record<string, string>> = {}) =>
      command(`${line} --config tollgate.yaml`, { env, cwd }),
  }
}

describe('a command in a shell without the secrets of the gateway', () => {
  it.each(['spend', 'ledger expired', 'ledger unbooked', 'keys list'])(
    '%s works, and makes no secret of its own',
    async (line) => {
      const { cwd, typed } = await running()
      expect(await typed(line)).toMatchObject({ code: 0, err: '' })
      for (const name of ['master-key', 'demo-key']) expect(existsSync(join(cwd, 'data', name))).toBe(false)
    },
  )

  it('needs to be told where records go to write some, and no secret for it', async () => {
    const { typed } = await running()
    const line = 'ledger expired --settle observed'
    expect(await typed(line)).toMatchObject({ code: 1, err: expect.stringContaining('AUDIT_FILE') })
    expect(await typed(line, { AUDIT_FILE: SECRETS.AUDIT_FILE })).toMatchObject({ code: 0, err: '' })
  })

  it('keys list knows the keys of the config, whose secrets are not there', async () => {
    const { typed } = await running()
    const { out } = await typed('keys list')
    expect(out).toMatch(/^ada +science .* live$/m)
    expect(out).toMatch(/^bob +science .* live$/m)
  })

  it('keys revoke refuses a key of the config, and revokes one that was made by command', async () => {
    const { url, typed } = await running()
    expect(await typed('keys revoke ada')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ada is stated in tollgate.yaml'),
    })
    const made = await typed('keys create --id eve --team science --json', { MASTER_KEY })
    const { secret } = JSON.parse(made.out) as { secret: string }
    const authorization = `Bearer ${secret}`
    expect((await fetch(`${url}/tollgate/me`, { headers: { authorization } })).status).toBe(200)
    expect(await typed('keys revoke eve')).toMatchObject({ code: 0, out: 'revoked eve' })
  })

  it('keys create needs the master key, and nothing else', async () => {
    const { typed } = await running()
    expect(await typed('keys create --team science')).toEqual({
      code: 1,
      out: '',
      err: 'tollgate.yaml: master_key: MASTER_KEY is not set',
    })
    expect(await typed('keys create --id ada --team science', { MASTER_KEY })).toMatchObject({
      code: 1,
      err: 'tollgate keys create: there is a key ada already: choose another --id',
    })
  })

  it('keys create makes no master key beside books whose gateway has another', async () => {
    const { cwd } = await running()
    expect(await command('keys create', { env: {}, cwd })).toEqual({
      code: 1,
      out: '',
      err: 'tollgate keys create: the master key of these books is not here: set TOLLGATE_MASTER_KEY, or name the config of their gateway with --config',
    })
    expect(existsSync(join(cwd, 'data/master-key'))).toBe(false)
  })

  it('still finds what is wrong with the part that it reads', async () => {
    const { cwd, typed } = await running()
    writeFileSync(join(cwd, 'tollgate.yaml'), `${FILE}org: "\${ORG}"\nstroe: sqlite:./elsewhere.db\n`)
    expect(await typed('spend')).toEqual({
      code: 1,
      out: '',
      err: 'tollgate.yaml: org: ORG is not set\ntollgate.yaml: stroe is not a field: did you mean store?',
    })
  })
})
