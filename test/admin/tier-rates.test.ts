import { expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { operatorAt } from './operator.ts'

const YAML = 'tiers: { default: { models: ["*"], rates: { rpm: 40 } } }'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

async function served() {
  const { start } = await place(YAML)
  const gateway = await start()
  const admin = operatorAt(gateway.adminUrl)
  const made = (path: string, fields: object) => admin('POST', path, fields)
  expect(
    await made('/tiers', { id: 'slow', models: ['*'], rank: 7, rates: { rpm: 3, tpm: 9_000 } }),
  ).toMatchObject({ status: 201, body: { rates: { rpm: 3, tpm: 9_000 } } })
  await made('/teams', { id: 'arts' })
  const { secret } = (await made('/keys', { team: 'arts', user: 'ada' })).body as { secret: string }

  /** What becomes of calls, one after the other. */
  async function passed(times: number): Promise<string> {
    const answers = []
    for (let time = 0; time < times; time += 1) {
      const create = gateway.client(secret).chat.completions.create(call)
      answers.push(
        await create.then(
          () => 'passed',
          (error: { code: string }) => error.code,
        ),
      )
    }
    return answers.join(' ')
  }
  return { admin, passed }
}

it('a team that is moved to another tier by the API goes as fast as that says, at once', async () => {
  const { admin, passed } = await served()
  expect(await passed(5)).toBe('passed passed passed passed passed')
  await admin('PATCH', '/teams/arts', { tier: 'slow' })
  expect(await passed(1)).toBe('rate_limited')
  await admin('PATCH', '/teams/arts', { tier: null })
  expect(await passed(1)).toBe('passed')
})

it('the rates of a tier that a user has are that user’s, and its team’s go on', async () => {
  const { admin, passed } = await served()
  await admin('POST', '/users', { id: 'ada', tier: 'slow' })
  expect(await passed(4)).toBe('passed passed passed rate_limited')
})

it('rates that a tier is given later hold for whoever has it', async () => {
  const { admin, passed } = await served()
  await admin('PATCH', '/teams/arts', { tier: 'slow' })
  await admin('PATCH', '/tiers/slow', { rates: { rpm: 1 } })
  expect(await passed(2)).toBe('passed rate_limited')
  expect((await admin('PATCH', '/tiers/slow', { rates: { rpm: 0 } })).status).toBe(400)
})
