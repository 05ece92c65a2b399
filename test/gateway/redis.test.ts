import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { SimulatedProvider } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Running, SECRET } from '../support/gateway.ts'
import { redisServer } from '../support/redis.ts'
import { BOBS_SECRET, keys, redisPlace, redisYaml } from '../support/redis-place.ts'

const question = 'What does a toll keeper do all day?'
const call = (model = 'gpt-4o-mini', max_tokens = 50, content = question) => ({
  model,
  max_tokens,
  messages: [{ role: 'user' as const, content }],
})

type Row = Readonly<Record<string, unknown>>

/** What the provider counted of the requests with a text in them. */
function counted({ requests }: SimulatedProvider, text: string): Row {
  const some = requests.filter(({ rawBody }) => rawBody.includes(text))
  const sum = (of: (request: (typeof some)[number]) => number) =>
    some.reduce((all, request) => all + of(request), 0)
  return {
    requests: some.length,
    tokens: sum(({ usage }) => usage.input + usage.cachedInput + usage.output),
    spent_usd: nanoToUsd(sum(({ nanoUsd }) => nanoUsd)),
  }
}

/** Where an account stands, as a gateway's admin listener tells it. */
async function standing(gateway: Running, account: string) {
  const answer = await gateway.admin(`/admin/v1/spend?account=${account}`)
  return (await answer.json()) as { spent_usd: string; reserved_usd: string }
}

/** Once nothing is reserved any more, the org has spent what the provider has counted. */
async function expectBooksToAgree(gateway: Running, { totals }: SimulatedProvider): Promise<void> {
  const spent_usd = nanoToUsd(totals().nanoUsd)
  await expect
    .poll(() => standing(gateway, 'org:acme'))
    .toMatchObject({ spent_usd, reserved_usd: '0.000000000' })
}

describe('a gateway on a Redis', () => {
  it('does not start before the books are opened, opens none itself, and says how', async () => {
    const { start, command, redis } = await redisPlace(keys(), { init: false })
    await expect(start()).rejects.toThrow(
      'there are no books at tg:1:{acme}:meta: open them with `tollgate ledger init`, or restore them if they are lost',
    )
    expect(await redis.call('dbsize')).toBe(0)
    const opened = await command('ledger init')
    expect(opened).toMatchObject({ code: 0, err: '' })
    expect(opened.out.split('\n').at(-1)).toBe(`books     of acme at ${redis.url}/0: opened`)
    const again = await command('ledger init')
    expect(again.out).toContain(`books     of acme at ${redis.url}/0: there already, and left as they are`)
    expect((await start()).said[0]).toBe(`store     ${redis.url}/0 (a fleet; books of acme)`)
  })

  it('says why it cannot start where nothing listens', async () => {
    const { configure, start, redis } = await redisPlace()
    await redis.stop()
    configure(redisYaml(`${redis.url}/0`, keys()))
    await expect(start()).rejects.toThrow(
      `${redis.url}/0: there is no connection to Redis: connect ECONNREFUSED`,
    )
  })

  it('serves the keys that its config states, which only the config changes', async () => {
    const { start, command } = await redisPlace()
    const gateway = await start()
    expect(gateway.said).toContain('key       ada, bob in tollgate.yaml')
    await gateway.client(SECRET).chat.completions.create(call())
    await expect(gateway.client(`${SECRET}?`).chat.completions.create(call())).rejects.toMatchObject({
      status: 401,
    })
    expect((await command('keys list')).out).toMatch(/^ada +science .* live\nbob +sales .* live$/m)
    expect((await command('keys revoke ada')).err).toContain('ada is stated in tollgate.yaml')
    for (const line of ['keys rotate ada', 'keys change ada --team sales'])
      expect((await command(line)).err).toContain('The key ada is stated in tollgate.yaml')
  })

  it('takes a key that was made beside any gateway, and follows it', async () => {
    const { start, command } = await redisPlace()
    const gateways = [await start(), await start()]
    const made = await command(
      'keys create --id ci --team science --model gpt-4o-mini --budget 1/daily --json',
    )
    const { secret } = JSON.parse(made.out)
    for (const gateway of gateways) await gateway.client(secret).chat.completions.create(call())

    expect((await command('keys change ci --team sales --label builds')).out).toMatch(
      /^key +ci\nteam +sales\nlabel +builds\nonly +models gpt-4o-mini$/,
    )
    const rotated = await command('keys rotate ci --grace 1h --json')
    const next = JSON.parse(rotated.out)
    expect(Date.parse(next.rotated_until)).toBeGreaterThan(Date.now())
    for (const gateway of gateways) {
      await gateway.client(secret).chat.completions.create(call())
      await gateway.client(next.secret).chat.completions.create(call())
    }
    expect(await command('keys revoke ci')).toEqual({ code: 0, out: 'revoked ci', err: '' })
    for (const gateway of gateways)
      for (const one of [secret, next.secret])
        await expect
          .poll(() =>
            gateway
              .client(one)
              .chat.completions.create(call())
              .catch(({ status }: { status: number }) => status),
          )
          .toBe(401)
    const { out } = await command('keys list --json')
    for (const one of [secret, next.secret]) expect(out).not.toContain(one)
  })

  it('is not ready while the books are away, and ready again when they are back', async () => {
    const { start, redis } = await redisPlace(keys(), { redis: { appendonly: 'yes' } })
    const gateway = await start()
    const ready = async () => (await fetch(`${gateway.url}/readyz`)).status
    expect(await ready()).toBe(200)
    await redis.kill()
    await expect.poll(ready).toBe(503)
    const refusal = gateway.client(SECRET).chat.completions.create(call())
    await expect(refusal).rejects.toMatchObject({ status: 503, code: 'ledger_unavailable' })
    await redis.restart()
    await expect.poll(ready).toBe(200)
  })
})

describe('two gateways on one Redis', () => {
  it('spend one budget, to the nano-dollar, and not one more', async () => {
    const { start, provider } = await redisPlace(keys(0.0002), { provider: { answerTokens: 50 } })
    const gateways = [await start(), await start()] as const
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        gateways[at % 2]!.client(SECRET)
          .chat.completions.create(call())
          .then(
            () => 200,
            ({ status }: { status: number }) => status,
          ),
      ),
    )
    expect(new Set(answers)).toEqual(new Set([200, 429]))
    const { nanoUsd, requests } = provider.totals()
    expect(requests).toBe(answers.filter((status) => status === 200).length)
    expect(nanoUsd).toBeLessThanOrEqual(200_000)
    for (const gateway of gateways) await expectBooksToAgree(gateway, provider)
    const stands = await Promise.all(gateways.map((gateway) => standing(gateway, 'key:ada')))
    expect(stands[0]).toEqual(stands[1])
    expect(stands[0]!.spent_usd).toBe(nanoToUsd(nanoUsd))
  })

  it('are told of by team, key and model as the provider counted them', async () => {
    const { start, provider, command } = await redisPlace()
    const gateways = [await start(), await start()] as const
    const callers = { ada: SECRET, bob: BOBS_SECRET }
    await Promise.all(
      [1, 2, 3].flatMap((round) =>
        Object.entries(callers).flatMap(([caller, secret]) =>
          ['gpt-4o-mini', 'gpt-4o'].map((model) => {
            const client = gateways[round % 2]!.client(secret)
            return client.chat.completions.create(call(model, 20 * round, `I am ${caller}. ${question}`))
          }),
        ),
      ),
    )
    for (const gateway of gateways) await expectBooksToAgree(gateway, provider)

    const rows = async (line: string) => {
      const { out, err } = await command(`spend ${line} --json`)
      expect(err).toBe('')
      return JSON.parse(out).rows as Row[]
    }
    for (const model of ['gpt-4o', 'gpt-4o-mini']) {
      const of = (row: Row) => row.model === model
      expect((await rows('--by model --since 1d')).filter(of)).toEqual([
        { model, ...counted(provider, `"${model}"`) },
      ])
    }
    for (const [key, team] of Object.entries({ ada: 'science', bob: 'sales' })) {
      const of = (row: Row) => row.key === key
      const expected = { team, key, ...counted(provider, `I am ${key}`) }
      expect((await rows('--by team,key')).filter(of)).toEqual([expected])
      const answer = await gateways[0].admin('/admin/v1/spend?group_by=team,key&since=7d')
      expect(((await answer.json()) as { rows: Row[] }).rows.filter(of)).toEqual([expected])
    }
    expect(await rows('--by org')).toEqual([{ org: 'acme', ...counted(provider, '') }])
    const { out } = await command('spend --by team')
    const spent = showUsd(provider.totals().nanoUsd)
    expect(out).toMatch(new RegExp(`^total        \\${spent} \\(400 days, UTC`, 'm'))
    expect(out).toMatch(new RegExp(`^books        \\${spent} \\(all time; reserved now: \\$0.00\\)$`, 'm'))
  })

  it('tell each operator of its own org only', async () => {
    const { start, configure, redis, command } = await redisPlace()
    const acme = await start()
    await acme.client(SECRET).chat.completions.create(call())
    configure(redisYaml(`${redis.url}/0`, keys()).replace('org: acme', 'org: globex'))
    await command('ledger init')
    const globex = await start()
    const metrics = await (await globex.admin('/metrics')).text()
    expect(metrics).toContain('org="globex"')
    expect(metrics).not.toContain('org="acme"')
    expect((await command('spend --by org')).out).toContain('total        $0.00 ')
    expect((await globex.admin('/admin/v1/spend?account=org:acme')).status).toBe(400)
  })
})

describe('what roll-ups cannot tell is refused by name', () => {
  it.each([
    [
      'spend --by tag:feature',
      'know no tag:feature: use org, team, project, user, key or model, or sum up the records',
    ],
    ['spend --by provider', 'know no provider'],
    ['spend --since 12h', 'are of whole UTC days, and 20'],
    ['spend --would-refuse', 'keeps no table of records: look for wouldRefuse'],
  ])('%s', async (line, sentence) => {
    const { command } = await redisPlace()
    const { code, out, err } = await command(line)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(sentence)
  })

  it('by the admin listener too', async () => {
    const { start } = await redisPlace()
    const gateway = await start()
    const refused = async (query: string) => {
      const answer = await gateway.admin(`/admin/v1/spend?${query}`)
      return { status: answer.status, ...((await answer.json()) as { error: { param: string } }).error }
    }
    expect(await refused('group_by=tag:feature')).toMatchObject({ status: 400, param: 'group_by' })
    expect(await refused('group_by=team&since=12h')).toMatchObject({ status: 400, param: 'since' })
  })
})

it('a fleet of a Redis with a password logs in, and nothing that is said repeats it', async () => {
  const redis = await redisServer()
  closeAfter(() => redis.stop())
  await redis.call('acl', 'setuser', 'books', 'on', '>open%sesame', '~*', '&*', '+@all')
  const store = `redis://books:open%25sesame@${redis.host}:${redis.port}/0`
  const { configure, command, start } = await redisPlace(keys(), { init: false })
  configure(redisYaml(store, keys()))
  const said = [await command('ledger init'), await command('doctor'), await command('spend')]
  expect(said.map(({ code }) => code)).toEqual([0, 0, 0])
  const gateway = await start()
  await gateway.client(SECRET).chat.completions.create(call())
  const text = JSON.stringify([said, gateway.said])
  expect(text).toContain(`redis://${redis.host}:${redis.port}/0`)
  expect(text).not.toContain('sesame')
  configure(redisYaml(store.replace('open', 'shut'), keys()))
  const locked = await command('spend')
  expect(locked.err).toMatch(/^tollgate spend: redis:\/\/\S+\/0: there is no connection to Redis: WRONGPASS/)
  expect(locked.err).not.toContain('sesame')
})
