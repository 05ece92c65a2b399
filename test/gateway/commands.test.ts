import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uuidv7 } from '@tollgate/kit/core'
import type { Amounts } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { ADA, command, place, SECRET } from '../support/gateway.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

/** A folder with nothing in it. */
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  return folder
}

describe('tollgate', () => {
  const typed = (line: string) => command(line, { env: {}, cwd: emptyFolder() })

  it.each(['', '--help', 'help'])('tells its commands: %s', async (line) => {
    const { code, out } = await typed(line)
    expect(code).toBe(0)
    for (const name of [
      'start',
      'keys create',
      'keys list',
      'keys change',
      'keys rotate',
      'keys revoke',
      'spend',
      'ledger expired',
      'config check',
    ])
      expect(out).toContain(`  ${name} `)
  })

  it.each(['start', 'keys create', 'keys list', 'keys revoke', 'spend', 'ledger expired', 'config check'])(
    '%s tells every option it takes',
    async (name) => {
      const { code, out } = await typed(`${name} --help`)
      expect(code).toBe(0)
      expect(out).toMatch(new RegExp(`^Usage: tollgate ${name}`))
      expect(out).toContain('--config FILE')
    },
  )

  it.each([
    ['strat', 'tollgate: strat is not a command: did you mean start?'],
    [
      'keys',
      'tollgate: keys is not a command: use keys create, keys list, keys change, keys rotate, keys revoke',
    ],
    ['--verson', 'tollgate: --verson is not a command: tollgate --help lists those there are'],
    [
      'start --prot 1',
      "tollgate start: Unknown option '--prot': did you mean --port? See: tollgate start --help",
    ],
    ['start --zzz', "tollgate start: Unknown option '--zzz'. See: tollgate start --help"],
    ['start now', 'tollgate start: takes nothing besides its options, not now. See: tollgate start --help'],
    ['route explain', 'tollgate route explain: MODEL is missing. See: tollgate route explain --help'],
    [
      'cache evaluate a b',
      'tollgate cache evaluate: takes one FILE besides its options, not a b. See: tollgate cache evaluate --help',
    ],
    [
      'start --port 99999',
      'tollgate start: --port 99999 must be a whole number from 0 to 65535. See: tollgate start --help',
    ],
    ['keys revoke', 'tollgate keys revoke: ID is missing. See: tollgate keys revoke --help'],
    [
      'ledger expired --settle all',
      'tollgate ledger expired: --settle all is not known: use observed or zero. See: tollgate ledger expired --help',
    ],
  ])('%s is mistyped: exit code 2, and one line', async (line, err) => {
    const cwd = emptyFolder()
    if (line.startsWith('ledger')) await sqliteLedger(join(cwd, 'data/tollgate.db')).close()
    expect(await command(line, { env: {}, cwd })).toEqual({ code: 2, out: '', err })
  })

  it.each([
    // What npm 11 leaves of `npm start --config FILE`, and of `--config=FILE`.
    ['start FILE', { npm_config_config: 'true', npm_lifecycle_event: 'start' }, 'npm start -- --config FILE'],
    ['start', { npm_config_config: 'FILE', npm_lifecycle_event: 'start' }, 'npm start -- --config FILE'],
    ['start', { npm_config_admin_port: '9', npm_lifecycle_event: 'start' }, 'npm start -- --admin-port N'],
    [
      'keys list',
      { npm_config_config: 'FILE', npm_lifecycle_event: 'tollgate' },
      'npm run tollgate -- keys list --config FILE',
    ],
  ])('%s, whose option npm has kept, does not run without it: %o', async (line, env, cure) => {
    const name = line.replace(' FILE', '')
    const [option] = /--\S+(?= \S+$)/.exec(cure)!
    expect(await command(line, { env, cwd: emptyFolder() })).toEqual({
      code: 2,
      out: '',
      err: `tollgate ${name}: npm has kept ${option} for itself: write ${cure}. See: tollgate ${name} --help`,
    })
  })

  it('an option that came counts, whatever npm has kept besides', async () => {
    const env = { npm_config_config: 'true', npm_lifecycle_event: 'start' }
    const { err } = await command('start --config nowhere.yaml', { env, cwd: emptyFolder() })
    expect(err).toBe('nowhere.yaml: cannot be read: there is no such file')
  })

  it.each(['keys list', 'keys revoke x', 'keys create', 'spend', 'ledger expired'])(
    '%s begins no second set of books',
    async (line) => {
      const { code, err } = await typed(line)
      expect(code).toBe(1)
      expect(err).toBe(
        `tollgate ${line.replace(' x', '')}: there are no books at ./data/tollgate.db yet: start the gateway, or name its file with --config`,
      )
    },
  )
})

describe('tollgate route explain', () => {
  it('without a key of a provider tells of the simulated one, which then serves', async () => {
    const { code, out } = await command('route explain gpt-4o-mini', { env: {}, cwd: emptyFolder() })
    expect(code).toBe(0)
    expect(out).toMatch(/^gpt-4o-mini has no route of its own, and passes to simulated$/m)
    expect(out).toMatch(/^1 {2}simulated\/gpt-4o-mini +\$0\.15 +\$0\.60 /m)
  })

  it('needs no secret: neither that of a key, nor a token, nor the key of the provider', async () => {
    const made = await place(`${ADA}routes: { smart: [openai/gpt-4o-mini] }`)
    const env = { PROVIDER: made.provider.url }
    const unset = await made.command('route explain smart', { env })
    expect(unset).toMatchObject({ code: 1, err: '' })
    expect(unset.out).toContain('openai is left out: PROVIDER_KEY is not set')
    const set = await made.command('route explain smart', { env: { ...env, PROVIDER_KEY: 'sk-real' } })
    expect(set).toMatchObject({ code: 0, err: '' })
    expect(set.out).toContain('openai/gpt-4o-mini')
  })

  it('says of a model without a price of its own what it is charged at', async () => {
    const env = { OPENAI_API_KEY: 'sk-test' }
    const { out } = await command('route explain gpt-4o-mimi', { env, cwd: emptyFolder() })
    expect(out).toMatch(
      /^openai\/gpt-4o-mimi is not listed: it is charged at the dearest price of its provider\.$/m,
    )
  })
})

it('tollgate --version says which release this is', async () => {
  const { code, out } = await command('--version', { env: {}, cwd: emptyFolder() })
  expect([code, out]).toEqual([0, expect.stringMatching(/^tollgate \d+\.\d+\.\d+, Node v\d+/)])
})

it('a file that a command is to read and is not there is named', async () => {
  const { code, err } = await command('cache evaluate nosuch.tsv', { env: {}, cwd: emptyFolder() })
  expect([code, err]).toEqual([1, expect.stringMatching(/nosuch\.tsv: there is no such file$/)])
})

describe('tollgate config check', () => {
  it('says what would run', async () => {
    const { command } = await place(`
tiers: { default: { models: ["gpt-*"] } }
policies: [{ name: cap, type: cost-limit, config: { limit_usd: 50, period: daily } }]
routes: { cheap: [openai/gpt-4o-mini] }
${ADA}`)
    const { code, out } = await command('config check')
    expect(code).toBe(0)
    expect(out).toMatch(/^provider +openai ✓ PROVIDER_KEY$/m)
    expect(out).toMatch(/^policy +cap: \$50\.00 per key per day, UTC$/m)
    expect(out).toMatch(/^team +science: no budget of its own$/m)
    expect(out).toMatch(/^key +ada: \$5\.00 per day, \$50\.00 per day$/m)
    expect(out).toMatch(/^route +cheap → openai\/gpt-4o-mini$/m)
    expect(out).toMatch(/^pipeline +audit-log → auth-virtual-key → /m)
    expect(out).not.toContain(SECRET)
  })

  it('says every problem, a line each', async () => {
    const { command } = await place(`moed: enforce\nteams: [{ id: a, tier: none }]\nnear_limit: maybe\n`)
    const { code, out, err } = await command('config check')
    expect([code, out]).toEqual([1, ''])
    expect(err.split('\n')).toEqual([
      'tollgate.yaml: near_limit must be refuse or cap, not "maybe"',
      'tollgate.yaml: moed is not a field: did you mean mode?',
      expect.stringMatching(/^tollgate\.yaml: teams\[0\]\.tier/),
    ])
  })

  it('finds an order that cannot work, and says the cure', async () => {
    const { command } = await place(`pipeline: [budget-reserve, auth-virtual-key, provider-failover]\n${ADA}`)
    expect(await command('config check')).toMatchObject({
      code: 1,
      err: 'tollgate config check: owner-check needs "principal", which auth-virtual-key gives, but auth-virtual-key is mounted after it. Mount auth-virtual-key before owner-check.',
    })
  })

  it('finds a module that is no stage', async () => {
    const { folder, command } = await place(
      `pipeline: [auth-virtual-key, ./mine.cjs, provider-failover]\n${ADA}`,
    )
    expect((await command('config check')).err).toMatch(/mine\.cjs cannot be loaded: Cannot find module/)
    writeFileSync(join(folder, 'mine.cjs'), 'module.exports = { answer: 42 }')
    expect((await command('config check')).err).toMatch(/exports no stage/)
  })
})

describe('tollgate spend', () => {
  it('tells who spent what, beside a running gateway and after it', async () => {
    const { provider, start, command } = await place()
    const gateway = await start()
    await gateway.client(SECRET).chat.completions.create(call)
    await gateway.client(SECRET).chat.completions.create({ ...call, model: 'gpt-4o' })
    await gateway
      .client('nobody')
      .chat.completions.create(call)
      .catch(() => {})
    await gateway.close()
    const { out } = await command('spend --by team,model --since 1h')
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^TEAM +MODEL +REQUESTS +REFUSED +TOKENS IN +TOKENS OUT +SPENT$/)
    expect(lines[1]).toMatch(/^science +gpt-4o +1 +0 +\d+ +\d+ +\$0\.000\d+$/)
    expect(lines[2]).toMatch(/^science +gpt-4o-mini +1 +0 +\d+ +\d+ +\$0\.0000\d+$/)
    expect(lines[3]).toMatch(/^- +- +1 +1 +0 +0 +\$0\.00$/)
    expect(out).toMatch(/^unattributed {2}\$0\.00 /m)
    expect(out).toMatch(/^unconfirmed {3}\$0\.00 /m)
    const report = JSON.parse((await command('spend --by key --json')).out)
    expect(report.rows[0]).toMatchObject({ key: 'ada', requests: 2 })
    expect(Math.round(Number(report.rows[0].spent_usd) * 1e9)).toBe(provider.totals().nanoUsd)
  })

  it('shows what the books have and no record explains', async () => {
    const { folder, start, command } = await place()
    await (await start()).close()
    const ledger = sqliteLedger(join(folder, 'data/tollgate.db'))
    await ledger.adjust({
      org: 'default',
      id: 'a',
      account: 'org:default',
      budget: 'total',
      delta: 250_000_000,
      reason: 'test',
    })
    await ledger.close()
    expect((await command('spend')).out).toMatch(/^unattributed {2}\$0\.25 /m)
  })

  it('looks again until it is told to stop', async () => {
    const { start, command } = await place()
    await (await start()).close()
    const { code, out } = await command('spend --watch', { stopped: Promise.resolve('SIGINT') })
    expect(code).toBe(0)
    expect(out.match(/^total/gm)).toHaveLength(1)
  })

  it.each(['--since soon', '--by colour'])('does not take %s', async (option) => {
    const { start, command } = await place()
    await start()
    const { code, err } = await command(`spend ${option}`)
    expect(code).toBe(2)
    expect(err).toMatch(/^tollgate spend: .+ See: tollgate spend --help$/)
  })
})

describe('tollgate ledger expired', () => {
  const amounts = (usd: number) => ({ usd, tokens: 0, requests: 1 }) as Amounts

  /** Books in which a process has died, an hour before there is a gateway: a cent was reserved, and a third of it seen. */
  async function abandoned(folder: string, { consumedNanoUsd = 0 } = {}): Promise<void> {
    let nowMs = Date.now() - 3_600_000
    const ledger = sqliteLedger(join(folder, 'data/tollgate.db'), { clock: { now: () => nowMs } })
    const id = uuidv7(nowMs)
    const path = ['org:default', 'team:science', 'key:ada'] as const
    for (const account of path) await ledger.provision('default', account, [])
    await ledger.reserve({
      org: 'default',
      id,
      path,
      min: amounts(10_000_000),
      want: amounts(10_000_000),
      bound: 'proven',
      ttlMs: 1000,
      owner: 'somebody who died',
      memo: { requestId: 'req_abandoned', model: 'gpt-4o', priceVersion: 'test' },
    })
    await ledger.extend({
      org: 'default',
      id,
      min: amounts(0),
      want: amounts(0),
      consumed: amounts(consumedNanoUsd),
      ttlMs: 1000,
    })
    await ledger.heartbeat('default', [{ id, observed: amounts(3_000_000) }], 1000)
    nowMs += 10_000
    expect(await ledger.expire()).toHaveLength(1)
    await ledger.close()
  }

  it('lists unconfirmed money, and settles it at what was observed', async () => {
    const { folder, start, command } = await place()
    await abandoned(folder)
    // The next start writes the record that the dead process could not write.
    await (await start()).close()
    const { out } = await command('ledger expired')
    expect(out).toMatch(/key:ada +gpt-4o +req_abandoned +\$0\.01 +\$0\.003$/m)
    expect(out).toMatch(/^1 unconfirmed, \$0\.01 in all\./m)
    expect((await command('ledger expired --since 5m')).out).toBe('nothing is unconfirmed')
    expect(JSON.parse((await command('ledger expired --json')).out)).toMatchObject({
      charged_usd: '0.010000000',
      observed_usd: '0.003000000',
    })
    expect((await command('spend')).out).toMatch(/^unconfirmed {3}\$0\.01 /m)

    expect((await command('ledger expired --settle observed')).out).toBe('settled 1: $0.01 → $0.003')
    const spend = (await command('spend')).out
    expect(spend).toMatch(/^science +gpt-4o +1 +0 +0 +0 +\$0\.003$/m)
    expect(spend).toMatch(/^unattributed {2}\$0\.00 /m)
    expect(spend).toMatch(/^unconfirmed {3}\$0\.00 /m)
    expect((await command('ledger expired')).out).toBe('nothing is unconfirmed')
  })

  it('settles at zero', async () => {
    const { folder, start, command } = await place()
    await abandoned(folder)
    await (await start()).close()
    expect((await command('ledger expired --settle zero')).out).toBe('settled 1: $0.01 → $0.00')
    expect((await command('spend')).out).toMatch(/^unattributed {2}\$0\.00 /m)
  })

  it.each([
    ['zero', 4_000_000, '$0.004'],
    ['observed', 4_000_000, '$0.004'],
    ['observed', 2_000_000, '$0.003'],
  ])(
    'settles at %s, with %d nano-USD consumed: the record has what the books have',
    async (to, consumedNanoUsd, charge) => {
      const { folder, start, command } = await place()
      await abandoned(folder, { consumedNanoUsd })
      await (await start()).close()
      expect((await command(`ledger expired --settle ${to}`)).out).toBe(`settled 1: $0.01 → ${charge}`)
      const spend = (await command('spend')).out
      expect(spend).toMatch(/^unattributed {2}\$0\.00 /m)
      expect(spend.match(/^total +(\S+)$/m)?.[1]).toBe(charge)
    },
  )
})
