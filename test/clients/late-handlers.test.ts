import { usage } from '@tollgate/kit'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import {
  expectCharged,
  expectSpent,
  leaveWhileItWorks,
  question,
  UP_TO_NANO_USD,
  upTo,
  warningsOf,
} from '../support/handlers.ts'
import { existingService } from '../support/service.ts'

describe('a client that leaves while the handler works', () => {
  it('is charged what was reserved, until the handler tells what it was', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        res.json({})
      }),
    )
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/work', {})
    await expectSpent(service, UP_TO_NANO_USD)
    door.open()
    await expectCharged(service)
  })

  it('pays for every call of a handler that makes several, those after it left included', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        for (let call = 0; call < 4; call += 1) {
          const { usage: used } = await openai.chat.completions.create(question)
          usage.add(req, { model: 'flat', usage: used! })
        }
        res.json({})
      }),
    )
    const door = gate()
    service.provider.next({}, { hold: door })
    await leaveWhileItWorks(service, '/work', {}, 2)
    await expectSpent(service, UP_TO_NANO_USD)
    door.open()
    await expectCharged(service, 4)
  })

  it('stays charged what was reserved when the handler never ends its answer', async () => {
    const service = await existingService(
      upTo(async (req, _res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
      }),
    )
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/work', {})
    door.open()
    await service.provider.waitFor(({ requests }) => requests[0]?.outcome === 'completed')
    await expectSpent(service, UP_TO_NANO_USD)
  })
})

describe('a handler that tells late', () => {
  it('right after its answer: charged exactly, however many calls it tells of', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const answers = [
          await openai.chat.completions.create(question),
          await openai.chat.completions.create(question),
        ]
        res.json({})
        for (const { usage: used } of answers) usage.add(req, { model: 'flat', usage: used! })
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 2)
  })

  it('of a call that it made although it had said it would make none: booked all the same', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        usage.none(req)
        res.once('close', async () => {
          for (let call = 0; call < 2; call += 1) {
            const { usage: used } = await openai.chat.completions.create(question)
            usage.add(req, { model: 'flat', usage: used! })
          }
        })
        res.json({})
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 2)
  })
})

describe('a handler that does not tell', () => {
  it('is charged what was reserved, with one warning for its route', async () => {
    const service = await existingService(upTo((_req, res) => res.json({}), '/forgetful'))
    const warnings = await warningsOf('TOLLGATE_USAGE_UNTOLD', async () => {
      for (let call = 0; call < 3; call += 1) expect((await service.post('/forgetful', {})).status).toBe(200)
    })
    await expectSpent(service, 3 * UP_TO_NANO_USD)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('POST /forgetful')
    expect(warnings[0]).toContain('usage.add')
  })

  it('is charged what was reserved when it throws, at once or later', async () => {
    const service = await existingService({
      routes(app, parts) {
        upTo(() => {
          throw new Error('a bug')
        }, '/throws').routes(app, parts)
        upTo(() => Promise.reject(new Error('a later bug')), '/rejects').routes(app, parts)
      },
    })
    for (const path of ['/throws', '/rejects']) {
      const answer = await service.post(path, {})
      expect(answer.status).toBe(500)
      expect(await answer.text()).not.toContain('bug')
    }
    await expectSpent(service, 2 * UP_TO_NANO_USD)
  })

  it('is charged what it told before it threw', async () => {
    const service = await existingService(
      upTo(async (req, _res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        throw new Error('a bug')
      }),
    )
    expect((await service.post('/work', {})).status).toBe(500)
    await expectCharged(service)
  })

  it('never gets a report that is no report for money', async () => {
    const service = await existingService(
      upTo((req, res) => {
        for (const wrong of [
          { model: 'flat', inputTokens: -1, outputTokens: 0 },
          { model: '', usage: {} },
          { usd: '-1' },
        ])
          expect(() => usage.add(req, wrong)).toThrow(RangeError)
        res.json({})
      }),
    )
    expect((await service.post('/work', {})).status).toBe(200)
    await expectSpent(service, UP_TO_NANO_USD)
  })
})
