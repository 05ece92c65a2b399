import { describe, expect, it } from 'vitest'
import { breaker } from './breaker.ts'

const SILENT = new Error('silent')
const ANSWERED = new Error('answered')

function bench() {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  let opened = 0
  const { run } = breaker({
    clock,
    classify: (error) => (error === SILENT ? 'silent' : error === ANSWERED ? 'answered' : undefined),
    timeouts: 3,
    pauseMs: 100,
    onOpen: () => {
      opened += 1
    },
  })
  let sent = 0
  const command = (outcome?: Error) =>
    run(async () => {
      sent += 1
      if (outcome) throw outcome
      return 'reply'
    }).catch((error: Error) => error)
  const fail = async (count: number) => {
    for (let at = 0; at < count; at++) await command(SILENT)
  }
  return { clock, command, fail, sent: () => sent, opened: () => opened }
}

describe('the breaker', () => {
  it('sends nothing after so many time-outs in a row', async () => {
    const { command, fail, sent, opened } = bench()
    await fail(3)
    expect(await command()).toBeInstanceOf(Error)
    expect([sent(), opened()]).toEqual([3, 1])
  })

  it('is not moved by time-outs among answers, nor by a refusal', async () => {
    const { command, fail } = bench()
    await fail(2)
    await command()
    await fail(2)
    await command(ANSWERED)
    await fail(2)
    expect(await command()).toBe('reply')
  })

  it('lets one probe through after the pause, and closes when it is answered', async () => {
    const { clock, command, fail, sent } = bench()
    await fail(3)
    clock.nowMs += 100
    const replies = await Promise.all([command(), command()])
    expect(replies.map((reply) => reply === 'reply')).toEqual([true, false])
    expect(await command()).toBe('reply')
    expect(sent()).toBe(5)
  })

  it('waits another pause when the probe is not answered either', async () => {
    const { clock, command, fail, sent, opened } = bench()
    await fail(3)
    clock.nowMs += 100
    await command(SILENT)
    clock.nowMs += 99
    await command()
    expect(sent()).toBe(4)
    clock.nowMs += 1
    expect(await command()).toBe('reply')
    expect(opened()).toBe(1)
  })

  it('says so again when as many probes have come to nothing, be it that they could not be sent', async () => {
    const { clock, command, fail, opened } = bench()
    await fail(3)
    for (const outcome of [SILENT, new Error('no connection'), SILENT]) {
      expect(opened()).toBe(1)
      clock.nowMs += 100
      await command(outcome)
    }
    expect(opened()).toBe(2)
    clock.nowMs += 100
    expect(await command()).toBe('reply')
  })
})
