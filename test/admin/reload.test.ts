import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { place, SECRET } from '../support/gateway.ts'
import { operatorAt } from './operator.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"] }
teams:
  - { id: science, tier: default }
  - { id: arts, tier: default }
keys:
  - { id: ada, team: science, secret: "\${ADA_SECRET}" }
  - { id: bob, team: arts, secret: "a-secret-of-bob-that-is-long-enough-for-a-key" }
`
const BOB = 'a-secret-of-bob-that-is-long-enough-for-a-key'

async function following(yaml = YAML) {
  const files = await place(yaml)
  const gateway = await files.start({ reload: files.read })
  return { ...files, gateway, admin: operatorAt(gateway.adminUrl) }
}

function warnings(): readonly string[] {
  const heard: string[] = []
  const hear = ({ message }: Error) => heard.push(message)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  return heard
}

const statusOf = (asked: PromiseLike<unknown>): Promise<number> =>
  Promise.resolve(asked).then(
    () => 200,
    (error: { status: number }) => error.status,
  )

describe('a file that has changed', () => {
  it('is followed in its tiers, teams, keys and budgets, and what left it is removed with its history', async () => {
    const { gateway, admin, edit } = await following()
    const ada = gateway.client(SECRET)
    await gateway.client(BOB).chat.completions.create(call)
    expect(await statusOf(ada.chat.completions.create({ ...call, model: 'gpt-4o' }))).toBe(403)

    edit(
      '{ id: science, tier: default }',
      '{ id: science, tier: project, budgets: [{ limit_usd: 7, period: daily }] }',
    )
    edit('  - { id: arts, tier: default }\n', '')
    edit(
      / {2}- \{ id: bob.*\n/,
      '  - { id: eve, team: science, secret: "a-secret-of-eve-that-is-long-enough-for-a-key" }\n',
    )
    expect(await gateway.reload()).toBe('applied')

    await ada.chat.completions.create({ ...call, model: 'gpt-4o' })
    expect(await statusOf(gateway.client(BOB).models.list())).toBe(401)
    await gateway.client('a-secret-of-eve-that-is-long-enough-for-a-key').models.list()
    const { body } = await admin('GET', '/budgets/team:science')
    expect(body).toMatchObject({ owner: 'config', budgets: [{ limit_usd: '7.000000000' }] })
    expect(await admin('GET', '/teams/arts')).toMatchObject({ status: 404 })
    const { data } = (await admin('GET', '/changes')).body as { data: object[] }
    expect(data).toContainEqual(
      expect.objectContaining({
        kind: 'team',
        id: 'arts',
        by: 'config',
        before: { tier: 'default' },
        after: null,
      }),
    )
    const spent = (await admin('GET', '/budgets/team:arts')).body as { spent_usd: string }
    expect(Number(spent.spent_usd)).toBeGreaterThan(0)
    expect(gateway.said.join('\n')).toContain(
      'reloaded tollgate.yaml: team:science, budgets:team:science, team:arts removed',
    )
  })

  it('drops no request: a stream that runs goes on to its end', async () => {
    const { gateway, edit, provider } = await following()
    const stream = await gateway.client(SECRET).chat.completions.create({ ...call, stream: true })
    let chunks = 0
    let finish: string | null | undefined
    for await (const { choices } of stream) {
      if (chunks++ === 0) {
        edit(/ {2}- \{ id: ada.*\n/, '')
        expect(await gateway.reload()).toBe('applied')
      }
      finish = choices[0]?.finish_reason ?? finish
    }
    expect(finish).toBe('stop')
    expect(await statusOf(gateway.client(SECRET).models.list())).toBe(401)
    expect(provider.totals().requests).toBe(1)
  })

  it('holds for keys that are made while the others have their budgets', async () => {
    const defaults = (limit: number) =>
      `defaults: { key: { budgets: [{ limit_usd: ${limit}, period: daily }] } }`
    const { gateway, admin, edit } = await following(`${defaults(9)}\n${YAML}`)
    const made: Promise<{ readonly body: unknown }>[] = []
    const make = () => made.push(admin('POST', '/keys', { team: 'science' }))
    for (let key = 0; key < 40; key++) make()
    await made[0]
    edit(defaults(9), defaults(1))
    const reloaded = gateway.reload()
    for (let round = 0; round < 20; round++) {
      for (let key = 0; key < 5; key++) make()
      await made.at(-5)
    }
    expect(await reloaded).toBe('applied')
    const accounts = (await Promise.all(made)).map(({ body }) => (body as { account: string }).account)
    const limits = await Promise.all(
      accounts.map(async (account) => {
        const { budgets } = (await admin('GET', `/budgets/${account}`)).body as {
          budgets: readonly { readonly limit_usd: string }[]
        }
        return budgets[0]!.limit_usd
      }),
    )
    expect(new Set(limits)).toEqual(new Set(['1.000000000']))
  })

  it('and is wrong changes nothing, and says so', async () => {
    const heard = warnings()
    const { gateway, edit } = await following()
    edit('teams:', 'teems:')
    expect(await gateway.reload()).toBe('refused')
    await expect.poll(() => heard.join('\n')).toContain('teems is not a field: did you mean teams?')
    await gateway.client(SECRET).chat.completions.create(call)
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
    const metrics = async () => (await gateway.admin('/metrics')).text()
    expect(await metrics()).toContain('tollgate_config_in_force 0')
    expect(await metrics()).toMatch(/tollgate_config_reloads_total\{outcome="refused"\} [12]/)
    edit('teems:', 'teams:')
    expect(await gateway.reload()).toBe('unchanged')
    expect(await metrics()).toContain('tollgate_config_in_force 1')
  })

  it('says what takes a restart, and leaves it as it is', async () => {
    const { gateway, edit } = await following(`timezone: UTC\n${YAML}`)
    edit('timezone: UTC', 'timezone: Europe/Berlin')
    edit('"gpt-4o-mini"', '"gpt-4o-mini", "gpt-4o"')
    await gateway.reload()
    expect(gateway.said.join('\n')).toContain('a restart is needed for what has changed in timezone')
    await gateway.client(SECRET).chat.completions.create({ ...call, model: 'gpt-4o' })
    expect(await gateway.reload()).toBe('unchanged')
  })
})

describe('the file is seen to change', () => {
  it('when another takes its place', async () => {
    const { folder, admin, gateway } = await following()
    const path = join(folder, 'tollgate.yaml')
    const draft = join(folder, 'tollgate.yaml.draft')
    const text = readFileSync(path, 'utf8')
    writeFileSync(draft, text.replace('teams:\n', 'teams:\n  - { id: crafts, tier: default }\n'))
    renameSync(draft, path)
    await expect.poll(async () => (await admin('GET', '/teams/crafts')).status).toBe(200)
    await expect.poll(() => gateway.said.join('\n')).toContain('team:crafts')
  })

  it('when Kubernetes mounts another one', async () => {
    const { folder, read, start } = await place(YAML)
    const path = join(folder, 'tollgate.yaml')
    const first = readFileSync(path, 'utf8')
    // As the kubelet does it: a new folder, and then one rename over the link that the file goes through.
    const mount = (name: string, text: string) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'tollgate.yaml'), text)
      symlinkSync(name, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    mount('..2026_11_21', first)
    rmSync(path)
    symlinkSync('..data/tollgate.yaml', path)
    const admin = operatorAt((await start({ reload: read })).adminUrl)
    expect((await admin('GET', '/teams/crafts')).status).toBe(404)
    mount('..2026_11_22', first.replace('teams:\n', 'teams:\n  - { id: crafts, tier: default }\n'))
    await expect.poll(async () => (await admin('GET', '/teams/crafts')).status).toBe(200)
  })
})
