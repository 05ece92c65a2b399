import { expect, it } from 'vitest'
import { type Place, place } from '../support/gateway.ts'
import { redisPlace } from '../support/redis-place.ts'

const USERS = ['ada', 'bob', 'eve']
const secretOf = (user: string) => `the-secret-of-the-key-of-${user}-is-long-enough`
const config = (user: string) => `
defaults: { user: ${user} }
keys:
${USERS.map((user) => `  - { id: of-${user}, team: science, user: ${user}, secret: "${secretOf(user)}" }`).join('\n')}
`

const STORES: Readonly<Record<string, (yaml: string) => Promise<Place>>> = {
  'a file': (yaml) => place(`teams: [{ id: science }]\n${yaml}`),
  'a Redis': (yaml) => redisPlace(yaml),
}

/** How each user in turn is answered. */
async function answers({ start }: Place): Promise<readonly number[]> {
  const gateway = await start()
  const statuses: number[] = []
  for (const user of USERS) {
    const asked = gateway.client(secretOf(user)).chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'What does a toll cost?' }],
    })
    statuses.push(
      await asked.then(
        () => 200,
        ({ status }: { status: number }) => status,
      ),
    )
  }
  return statuses
}

it.each(Object.entries(STORES))(
  'on %s a team has at most max_unseen users whom nobody has named',
  async (_, made) => {
    expect(await answers(await made(config('{ max_unseen: 2 }')))).toEqual([200, 200, 503])
    const budgets = 'budgets: [{ limit_usd: 5, period: daily }]'
    expect(await answers(await made(config(`{ ${budgets} }`)))).toEqual([200, 200, 200])
  },
)

it('max_unseen is a number of users, and theirs alone', async () => {
  const problem = async (yaml: string) => (await (await place(yaml)).command('config check')).err
  expect(await problem('defaults: { user: { max_unseen: many } }')).toBe(
    'tollgate.yaml: defaults.user.max_unseen must be a whole number from 0 to 1000000000, not "many"',
  )
  expect(await problem('defaults: { team: { max_unseen: 5 } }')).toContain(
    'defaults.team.max_unseen is not a field',
  )
})
