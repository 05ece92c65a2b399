import { overloaded, rateLimited } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'

const FAILING = `${ADA}
routes: { smart: [openai/gpt-4o-mini], other: [openai/gpt-4o] }
breakers: { in_a_row: 2, open: 10m }
retries: { max: 0 }
`

it('/metrics tells how deployments do and why, and how calls of them have ended', async () => {
  const { provider, start } = await place(FAILING)
  const gateway = await start()
  const ask = (model: string) =>
    gateway
      .client(SECRET)
      .chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] })
      .catch(() => {})
  const samples = async () => (await (await gateway.admin('/metrics')).text()).split('\n')
  const shut = async () =>
    (await samples())
      .filter((line) => line.startsWith('tollgate_deployment_shut_seconds{'))
      .map((line) => line.replace(/ [\d.]+$/, ''))
  const mini = '{provider="openai",model="gpt-4o-mini",key=""'

  provider.next(overloaded, overloaded)
  await ask('smart')
  await ask('smart')
  expect(await samples()).toContain(`tollgate_breaker_state${mini}} 2`)
  expect(await shut()).toEqual([`tollgate_deployment_shut_seconds${mini},why="failing"}`])

  // It is asked all the same, for want of another.
  await ask('smart')
  provider.next(rateLimited({ retryAfterS: 600 }))
  await ask('other')
  expect(await samples()).toContain(`tollgate_breaker_state${mini}} 0`)
  expect(await shut()).toEqual([
    'tollgate_deployment_shut_seconds{provider="openai",model="gpt-4o",key="",why="rate_limited"}',
  ])
  const counted = 'tollgate_attempts_total{provider="openai",outcome='
  await expect
    .poll(samples, { timeout: 10_000 })
    .toEqual(
      expect.arrayContaining([
        `${counted}"refused",reason="overloaded"} 2`,
        `${counted}"refused",reason="rate_limited"} 1`,
        `${counted}"skipped",reason="failing"} 1`,
        `${counted}"answered"} 1`,
      ]),
    )
})
