import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Running, SECRET } from '../support/gateway.ts'
import { until } from '../support/redis.ts'
import { BOBS_SECRET, type RedisPlace, redisPlace } from '../support/redis-place.ts'

const META = 'tg:1:{acme}:meta'
const ASK = { model: 'gpt-4o-mini', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hello' }] }
const WITH_USER = `
keys:
  - { id: ada, team: science, project: atlas, user: ada, secret: "${SECRET}" }
defaults: { user: { budgets: [{ limit_usd: 5, period: daily }] } }
`

/** The status that a call is answered with. */
const call = (gateway: Running, secret = SECRET): Promise<number> =>
  gateway
    .client(secret)
    .chat.completions.create(ASK)
    .then(
      () => 200,
      ({ status }: { status: number }) => status,
    )

const ready = async (gateway: Running) => {
  const answer = await fetch(`${gateway.url}/readyz`)
  const { checks } = (await answer.json()) as { checks: Record<string, string> }
  return { status: answer.status, checks }
}

/** What the process warns of from now on. */
function warnings(): readonly string[] {
  const texts: string[] = []
  const listen = ({ message }: Error) => texts.push(message)
  process.on('warning', listen)
  closeAfter(async () => void process.off('warning', listen))
  return texts
}

/** The books are empty, as an operator's word makes them. */
async function openAnew({ redis, command }: RedisPlace): Promise<void> {
  await redis.call('flushall')
  expect((await command('ledger init')).code).toBe(0)
  expect((await command('ledger recover')).code).toBe(0)
}

const serves = (gateway: Running) => until('it serves', async () => (await call(gateway)) === 200)

describe('books that are opened anew while gateways run', () => {
  it('are refused until the operator has said so, and then have every account of the config', async () => {
    const made = await redisPlace(WITH_USER)
    const gateways = [await made.start(), await made.start()] as const
    for (const gateway of gateways) expect(await call(gateway)).toBe(200)

    await made.redis.call('flushall')
    for (const gateway of gateways) expect(await call(gateway)).toBe(503)
    expect(await made.redis.call('dbsize')).toBe(0)

    await openAnew(made)
    for (const gateway of gateways) await serves(gateway)
    for (const account of ['team:science', 'team:sales', 'project:atlas', 'key:ada', 'user:ada'])
      expect(await made.redis.call('exists', `tg:1:{acme}:a:${account}`), account).toBe(1)
    for (const gateway of gateways) expect(await ready(gateway)).toMatchObject({ status: 200 })
  })

  it('are not said to be ready without the accounts of the config, which whoever asks has them given', async () => {
    const made = await redisPlace()
    // Whoever has made the accounts itself, a moment ago, tells the books of it before anybody asks.
    await (await made.start()).close()
    const gateway = await made.start()
    const told = warnings()
    expect(await call(gateway)).toBe(200)
    await openAnew(made)
    const asked = await until('it has been said not to be ready', async () => {
      const found = await ready(gateway)
      return found.status === 503 && found
    })
    expect(asked.checks).toMatchObject({ accounts: 'failing' })
    await until('it has been told of', () =>
      told.join('\n').includes('not ready: accounts: the books of acme are being recovered'),
    )
    await until('it is ready', async () => (await ready(gateway)).status === 200)
    expect(await made.redis.call('exists', 'tg:1:{acme}:a:key:bob')).toBe(1)
    expect(await call(gateway, BOBS_SECRET)).toBe(200)
  })
})

it('books that take the place of lost ones have every key from the next start on, whatever was noted of those', async () => {
  const made = await redisPlace()
  const { out } = await made.command('keys create --team sales --json')
  const { secret } = JSON.parse(out) as { secret: string }
  const before = await made.start()
  expect(await call(before, secret)).toBe(200)
  await before.close()
  // All that books are, and nothing else.
  await made.redis.call('del', ...((await made.redis.call('keys', 'tg:1:{acme}:*')) as string[]))
  expect((await made.command('ledger init')).code).toBe(0)
  expect(await call(await made.start(), secret)).toBe(200)
})

describe('a snapshot that is restored', () => {
  it('has the user made whom it has not heard of', async () => {
    const made = await redisPlace(WITH_USER, { redis: { save: '' } })
    const gateway = await made.start()
    await made.redis.call('save')
    expect(await call(gateway)).toBe(200)
    await made.redis.kill()
    await made.redis.restart()
    await until('the books are asked again', async () => (await call(gateway)) === 503)
    await made.command('ledger recover')
    await serves(gateway)
    expect(await made.redis.call('exists', 'tg:1:{acme}:a:user:ada')).toBe(1)
  })
})

describe('an account that is lost from books which nobody has taken over', () => {
  it('stays refused, is said not to be ready, and the operator is told what to do', async () => {
    const made = await redisPlace()
    const gateway = await made.start()
    const told = warnings()
    expect(await call(gateway)).toBe(200)
    await made.redis.call('del', 'tg:1:{acme}:a:key:ada')
    for (let round = 0; round < 3; round++) expect(await call(gateway)).toBe(503)
    await until('it is not ready', async () => (await ready(gateway)).checks.accounts === 'failing')
    expect(await made.redis.call('exists', 'tg:1:{acme}:a:key:ada')).toBe(0)
    await until('it has been told of', () =>
      told
        .join('\n')
        .includes(
          'the books of acme have lost the limits of key:ada, and what was spent there: restore them, or restart a gateway',
        ),
    )
    expect(await call(gateway, BOBS_SECRET)).toBe(200)
  })

  it('stays refused where the list of accounts is lost as well, until the operator accepts it', async () => {
    const made = await redisPlace()
    const gateway = await made.start()
    const told = warnings()
    expect(await call(gateway)).toBe(200)
    await made.redis.call('del', 'tg:1:{acme}:a:key:ada', 'tg:1:{acme}:known')
    for (let round = 0; round < 3; round++) expect(await call(gateway)).toBe(503)
    await until('it has been told of', () =>
      told
        .join('\n')
        .includes('take them as they are with `tollgate ledger recover --org acme --config tollgate.yaml`'),
    )
    expect(await made.redis.call('hget', META, 'ep')).toBe('0')
    await made.command('ledger recover')
    await serves(gateway)
  })

  it('is given to a key of the directory by the restart that the operator is told of', async () => {
    const made = await redisPlace()
    const { out } = await made.command('keys create --id eve --team science --json')
    const { secret } = JSON.parse(out) as { secret: string }
    const gateway = await made.start()
    const told = warnings()
    expect(await call(gateway, secret)).toBe(200)
    await made.redis.call('del', 'tg:1:{acme}:a:key:eve')
    await until('it is told of', async () => {
      expect(await call(gateway, secret)).toBe(503)
      return told.join('\n').includes('the books of acme have lost the limits of key:eve')
    })
    await until('nothing is noted of it', async () => {
      return (await made.redis.call('hexists', 'tg:kept:provisioned:{acme}', 'accounts')) === 0
    })
    expect(await call(await made.start(), secret)).toBe(200)
  })
})
