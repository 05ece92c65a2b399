import { type HealthBoard, healthBoard, sharedClosures } from '@tollgate/kit/stages/provider-failover'
import type { Deployment } from '@tollgate/kit/wire'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { faultProxy, type RedisServer, redisServer } from '../support/redis.ts'

let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
}, 60_000)
afterAll(() => server.stop())

const deployment: Deployment = {
  provider: { name: 'p', dialect: 'openai', baseUrl: 'http://127.0.0.1' },
  model: 'm',
}

/** One process of a fleet. */
function member(url = server.url): {
  readonly health: HealthBoard
  readonly shared: ReturnType<typeof sharedClosures>
} {
  const health = healthBoard({ minVolume: 1, failureShare: 1, openMs: 30_000 })
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 })
  redis.on('error', () => {})
  closeAfter(async () => redis.disconnect())
  const shared = sharedClosures({
    health,
    call: (command, ...args) => redis.call(command, ...args),
    everyMs: 20,
  })
  closeAfter(async () => shared.close())
  return { health, shared }
}

it('what one process finds of a deployment or a key, all of them know soon, and that it is well again too', async () => {
  const [here, there] = [member(), member()]
  const why = (health: HealthBoard, nowMs = Date.now()) => health.closure(deployment, nowMs)?.why
  here.health.failed(deployment, { kind: 'unreachable', paid: false }, Date.now())
  expect(why(here.health)).toBe('failing')
  await expect.poll(() => why(there.health)).toBe('failing')
  // The probe of one of them succeeds.
  const later = Date.now() + 31_000
  here.health.begin(deployment, later)
  here.health.answering(deployment, { firstByteMs: 1, headers: {} }, later)
  await expect.poll(() => why(there.health)).toBeUndefined()

  there.health.failed(deployment, { kind: 'quota', paid: false, retryAfterMs: 60_000 }, Date.now())
  await expect.poll(() => why(here.health)).toBe('quota')
})

it('one that comes later learns what is known', async () => {
  const here = member()
  here.health.failed(deployment, { kind: 'auth', paid: false, retryAfterMs: 60_000 }, Date.now())
  const late = member()
  await expect.poll(() => late.health.closure(deployment, Date.now())?.why).toMatch(/^(auth|quota)$/)
})

it('a Redis that is away keeps nobody from what they know themselves, and is told of that when it is back', async () => {
  const proxy = await faultProxy(server)
  closeAfter(() => proxy.close())
  const [here, there] = [member(proxy.url), member(proxy.url)]
  await Promise.all([here.shared.refresh(), there.shared.refresh()])
  const warnings: string[] = []
  const onWarning = (warning: Error & { code?: string }) => warnings.push(String(warning.code))
  process.on('warning', onWarning)
  closeAfter(async () => void process.off('warning', onWarning))

  proxy.shut()
  const other = { ...deployment, provider: { ...deployment.provider, name: 'q' } }
  const why = ({ health }: { readonly health: HealthBoard }) => health.closure(other, Date.now())?.why
  here.health.failed(other, { kind: 'unreachable', paid: false }, Date.now())
  expect(why(here)).toBe('failing')
  for (let look = 0; look < 3; look += 1) await Promise.all([here.shared.refresh(), there.shared.refresh()])
  expect([why(here), why(there)]).toEqual(['failing', undefined])

  proxy.open()
  await expect.poll(() => why(there)).toBe('failing')
  expect(warnings.filter((code) => code === 'TOLLGATE_CLOSURES').length).toBeLessThanOrEqual(2)
})
