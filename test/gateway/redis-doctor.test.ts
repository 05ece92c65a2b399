import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Place, place, SECRET } from '../support/gateway.ts'
import { pages } from '../support/pages.ts'
import { infoOf, type RedisServer, redisPair, redisServer, until } from '../support/redis.ts'
import { keys, redisPlace, redisYaml } from '../support/redis-place.ts'
import { sources } from '../support/sources.ts'

interface Told {
  readonly code: number
  /** `level check`, of each finding. */
  readonly found: readonly string[]
  readonly text: (check: string) => string
}

async function doctor({ command }: Pick<Place, 'command'>): Promise<Told> {
  const { code, out, err } = await command('doctor --json')
  expect(err).toBe('')
  const { findings } = JSON.parse(out) as { findings: { check: string; level: string; text: string }[] }
  return {
    code,
    found: findings.map(({ check, level }) => `${level} ${check}`),
    text: (check) => findings.find((finding) => finding.check === check)!.text,
  }
}

const FINE = ['note scripts', 'note books', 'note accounts']
const AOF = { appendonly: 'yes', appendfsync: 'everysec' }

describe('tollgate doctor, on a Redis', () => {
  it('has nothing against one that is as it should be, and prints the user that suffices', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    expect(await doctor(made)).toMatchObject({ code: 0, found: FINE })
    const { out } = await made.command('doctor')
    const [, words = ''] =
      /^acl +ACL SETUSER (tollgate >PASSWORD on ~tg:\* &tg:\* -@all .+)$/m.exec(out) ?? []
    expect(out).toMatch(/^ok +a gateway can start here; nothing to think about$/m)

    await made.redis.call('acl', 'setuser', ...words.split(' '))
    const { host, port } = made.redis
    made.configure(redisYaml(`redis://tollgate:PASSWORD@${host}:${port}/0`, keys()))
    expect(await doctor(made)).toMatchObject({ code: 0, found: FINE })
    const gateway = await made.start()
    const { usage } = await gateway
      .client(SECRET)
      .chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] })
    expect(usage?.total_tokens).toBeGreaterThan(0)
    expect((await made.command('spend --by team')).out).toMatch(/^science +1 /m)
  })

  it('warns of a user that may keep books and not tell other gateways what is shut, and lets a gateway start', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    const { out } = await made.command('doctor')
    const [, words = ''] = /^acl +ACL SETUSER (.+)$/m.exec(out) ?? []
    await made.redis.call('acl', 'setuser', ...words.replace(' +zrange ', ' ').split(' '))
    const { host, port } = made.redis
    made.configure(redisYaml(`redis://tollgate:PASSWORD@${host}:${port}/0`, keys()))
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 0, found: [...FINE, 'warn closures'] })
    expect(told.text('closures')).toMatch(/each finds out by itself: NOPERM .*zrange/)
    expect(await made.redis.call('exists', 'tg:closures-probe')).toBe(0)
    await made.start()
  })

  it('warns of a user that may not count limits: in doctor with what to type, at the start, and when asked whether it is ready', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    const { out } = await made.command('doctor')
    const [, words = ''] = /^acl +ACL SETUSER (.+)$/m.exec(out) ?? []
    // Only the limits give a bucket back.
    await made.redis.call('acl', 'setuser', ...words.replace(' +incrby ', ' ').split(' '))
    const { host, port } = made.redis
    made.configure(redisYaml(`redis://tollgate:PASSWORD@${host}:${port}/0`, keys()))
    const told = await doctor(made)
    expect(told.code).toBe(0)
    expect(told.found).toContain('warn limits')
    expect(told.text('limits')).toMatch(
      /a fleet of N lets N times as much pass: ERR The user .* can't run this command/,
    )
    expect(await made.redis.call('keys', 'tg:probe-*')).toEqual([])
    const gateway = await made.start()
    expect(gateway.said.join('\n')).toMatch(/Limits of requests.*ACL SETUSER tollgate >PASSWORD .*\+incrby/)
    const ready = await fetch(`${gateway.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { limits: 'impaired' } }])
  })

  it('says which accounts of the config the books have not, or have lost, or have with other budgets', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    const accounts = async () => {
      const { code, found, text } = await doctor(made)
      return { code, found: found.slice(2), text: text('accounts') }
    }
    expect(await accounts()).toEqual({
      code: 0,
      found: ['note accounts'],
      text: 'The books have no account org:acme and 4 more: the next start of a gateway with this config makes what is missing. Until then its requests are refused.',
    })
    await (await made.start()).close()
    expect((await accounts()).text).toBe('The accounts of the config are in the books, with its budgets.')

    made.configure(redisYaml(made.redis.url, keys(7)))
    expect(await accounts()).toEqual({
      code: 0,
      found: ['warn accounts'],
      text: 'The books have other budgets than the config for key:ada and 1 more (key:ada: $5.00 a day; the config says $7.00 a day). The next start of a gateway with this config replaces them; what was spent still counts.',
    })
    await (await made.start()).close()
    await made.redis.call('del', 'tg:1:{acme}:a:key:ada')
    const lost = await accounts()
    expect(lost.found).toEqual(['warn accounts'])
    expect(lost.text).toMatch(/^The books have lost the limits of key:ada, and what was spent there/)
  })

  it('counts reservations that were thrown away while they were open', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    await made.redis.call('hset', 'tg:1:{acme}:meta', 'lost', 2)
    const { code, found, text } = await doctor(made)
    expect({ code, found }).toEqual({ code: 0, found: [...FINE, 'warn reservations'] })
    expect(text('reservations')).toMatch(/^2 reservations were thrown away while open/)
  })

  it('prints that user where the one that the config names is still to be made', async () => {
    const { configure, command, redis } = await redisPlace(keys(), { redis: AOF, init: false })
    configure(redisYaml(redis.url.replace('//', '//tollgate:PASSWORD@'), keys()))
    const { code, out } = await command('doctor')
    expect(code).toBe(1)
    expect(out).toMatch(/^refuse +connection: There is no connection to Redis: WRONGPASS/m)
    const [, words = ''] = /^acl +ACL SETUSER (.+)$/m.exec(out) ?? []
    await redis.call('acl', 'setuser', ...words.split(' '))
    expect((await command('ledger init')).code).toBe(0)
    expect((await command('doctor')).code).toBe(0)
  })

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'volatile-* eviction',
      { ...AOF, 'maxmemory-policy': 'volatile-lru' },
      'warn eviction',
      /those of \$0\.00 at today's rate, .* Set it to noeviction/,
    ],
    [
      'nothing on the disk at all',
      {},
      'warn persistence',
      /Nothing is written to the disk: .* \$0\.00 today, may be spent again\. Set appendonly yes/,
    ],
    [
      'snapshots only',
      { save: '3600 1' },
      'warn persistence',
      /since the last snapshot, \d+ s ago, \$\d+\.\d+ at today's rate\. Set appendonly yes/,
    ],
    [
      'appendfsync no',
      { ...AOF, appendfsync: 'no' },
      'warn fsync',
      /\$0\.00 at today's rate\. Set it to everysec/,
    ],
  ])('warns of %s, says what it exposes, and lets a gateway start', async (_, redis, finding, text) => {
    const made = await redisPlace(keys(), { redis })
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 0, found: [finding, ...FINE] })
    expect(told.text(finding.split(' ')[1]!)).toMatch(text)
    const { said } = await made.start()
    expect(said.join('\n')).toMatch(text)
  })

  it('refuses an eviction that may throw accounts away, and so do init and start', async () => {
    const made = await redisPlace(keys(), {
      redis: { ...AOF, 'maxmemory-policy': 'allkeys-lru' },
      init: false,
    })
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 1, found: ['refuse eviction', 'note scripts', 'refuse books'] })
    expect(told.text('books')).toContain('open them with `tollgate ledger init --config tollgate.yaml`')
    const sentence =
      'maxmemory-policy allkeys-lru may throw away what accounts have spent, $0.00 of it today: everybody over whom an account is missing is refused, and users begin anew once the list of them is gone as well. Set it to noeviction.'
    expect(told.text('eviction')).toBe(sentence)
    expect((await made.command('ledger init')).err).toContain(sentence)
    expect(await made.redis.call('dbsize')).toBe(0)
    await expect(made.start()).rejects.toThrow(sentence)
  })

  it('says of one replica what a split network may cost, and refuses the replica itself', async () => {
    const { master, replica, stop } = await redisPair()
    closeAfter(stop)
    const made = await redisPlace(keys(), { init: false })
    made.configure(redisYaml(master.url, keys()))
    await made.command('ledger init')
    const told = await doctor(made)
    expect(told.found).toContain('warn replicas')
    expect(told.text('replicas')).toMatch(
      /both sides of a split network .*\$0\.00 at today's rate may be admitted twice/,
    )

    made.configure(redisYaml(replica.url, keys()))
    const ofReplica = await doctor(made)
    expect(ofReplica).toMatchObject({ code: 1 })
    expect(ofReplica.found).toContain('refuse role')
    await expect(made.start()).rejects.toThrow('This is a replica: name its master')
  })

  it('asks for min-replicas-to-write where there are two replicas, and is content with it', async () => {
    const made = await redisPlace(keys(), { redis: { ...AOF, 'repl-backlog-size': '64mb' } })
    for (let replica = 0; replica < 2; replica++) await replicaOf(made.redis)
    await until('both follow', async () => infoOf(await made.redis.call('info'), 'connected_slaves') === '2')
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 0, found: ['warn replicas', ...FINE] })
    expect(told.text('replicas')).toContain('Set min-replicas-to-write 1 and min-replicas-max-lag 10')
    await made.redis.call('config', 'set', 'min-replicas-to-write', '1')
    await until('both have answered', async () => {
      return infoOf(await made.redis.call('info'), 'min_slaves_good_slaves') === '2'
    })
    expect((await doctor(made)).found).toEqual(FINE)
  })

  it('tells a service that hides its settings from one that has wrong ones', async () => {
    const made = await redisPlace(keys(), { redis: AOF })
    await made.redis.call('acl', 'setuser', 'tenant', 'on', 'nopass', '~*', '&*', '+@all', '-config')
    made.configure(redisYaml(made.redis.url.replace('//', '//tenant:any@'), keys()))
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 0, found: ['ask settings', ...FINE] })
    expect(told.text('settings')).toContain('See to it in its console')
  })

  it('makes refusals of warnings with durability: strict, for start as well', async () => {
    const made = await redisPlace(`${keys()}\ndurability: strict`, { init: false })
    expect(await doctor(made)).toMatchObject({
      code: 1,
      found: expect.arrayContaining(['refuse persistence']),
    })
    await expect(made.start()).rejects.toThrow('Nothing is written to the disk')
  })
})

async function replicaOf(master: RedisServer): Promise<void> {
  const replica = await redisServer({ config: { replicaof: `${master.host} ${master.port}` } })
  closeAfter(() => replica.stop())
}

describe('tollgate doctor, on a file', () => {
  it('says what is there, and what a loss of power would cost', async () => {
    const made = await place()
    expect(await doctor(made)).toMatchObject({ code: 0, found: ['note file', 'note space'] })
    await (await made.start()).close()
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 0, found: ['note file', 'note space', 'note power', 'note accounts'] })
    expect(told.text('power')).toMatch(/up to 30 s: \$0\.00 at today's rate/)
    made.configure('durability: strict')
    expect((await doctor(made)).text('power')).toContain('forgets nothing')
  })

  it('refuses an environment without the secrets that a start needs, and names all of them', async () => {
    const made = await place()
    const env = { PROVIDER: made.provider.url, PROVIDER_KEY: 'sk-real' }
    const { code, out } = await made.command('doctor', { env })
    expect(code).toBe(1)
    expect(out).toMatch(/^refuse +config: keys\[0\]\.secret: ADA_SECRET is not set\.$/m)
    expect(out).toMatch(/^refuse +config: admin\.token: ADMIN_TOKEN is not set\.$/m)
    expect(out).toMatch(/^refused +a gateway does not start here: 2 to change/m)
    expect(out).not.toMatch(/^ok /m)
    const start = await made.command('start', { env })
    expect(start).toMatchObject({ code: 1, err: expect.stringContaining('ADA_SECRET is not set') })
  })

  it('warns of a file that others may read, and refuses one that holds no books', async () => {
    const made = await place()
    await (await made.start()).close()
    const file = join(made.folder, 'data/tollgate.db')
    chmodSync(file, 0o644)
    expect((await doctor(made)).found).toContain('warn file')
    writeFileSync(file, 'these are no books'.repeat(1000))
    const told = await doctor(made)
    expect(told).toMatchObject({ code: 1, found: expect.arrayContaining(['refuse file']) })
    expect(told.text('file')).toBe('The books cannot be opened: file is not a database.')
  })
})

it('has a line in docs/operating/redis.md for everything that it may find on a Redis', () => {
  const servers = sources('packages/kit/src/ledger/redis/checks.ts')[0]!.code
  const checks = Array.from(servers.matchAll(/^ {2}(\w+): \(/gm), ([, name]) => name)
  expect(checks.length).toBeGreaterThan(7)
  const [page] = pages('docs/operating/redis.md')
  const { rows } = page!.tables.find(({ title }) => title === 'check')!
  expect(rows.map(([check = '']) => check.replaceAll('`', ''))).toEqual([
    'connection',
    ...checks,
    'scripts',
    'books',
    'accounts',
    'reservations',
    'unbooked',
    'directory',
    'limits',
    'closures',
  ])
})
