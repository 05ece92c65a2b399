import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CommandTimeout, inFlight } from './in-flight.ts'

/** Commands that the test answers, and time that it moves. */
function bench({ maxRunning = 2, maxWaiting = 2 } = {}) {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  let due: { callback: () => void; atMs: number } | undefined
  const timers = {
    setTimeout(callback: () => void, delayMs: number) {
      due = { callback, atMs: clock.nowMs + delayMs }
      return due
    },
    clearTimeout() {},
  }
  const { run } = inFlight({ deadlineMs: 100, maxRunning, maxWaiting, clock, timers })
  const sent: string[] = []
  const answers = new Map<string, (reply: string) => void>()
  const failures: string[] = []
  const command = (name: string) =>
    run(
      () =>
        new Promise<string>((resolve) => {
          sent.push(name)
          answers.set(name, resolve)
        }),
    ).catch((error: Error) => {
      failures.push(`${name} ${error instanceof CommandTimeout ? 'unknown' : 'not sent'}`)
      return 'failed'
    })
  async function pass(ms: number): Promise<void> {
    clock.nowMs += ms
    while (due && due.atMs <= clock.nowMs) {
      const { callback } = due
      due = undefined
      callback()
      await turn()
      await turn()
    }
  }
  return { command, sent, answers, failures, pass, clock }
}

describe('commands in flight', () => {
  it('are sent in order, so many at once and no more', async () => {
    const { command, sent, answers } = bench()
    const replies = ['a', 'b', 'c', 'd'].map(command)
    expect(sent).toEqual(['a', 'b'])
    answers.get('b')!('B')
    expect(await replies[1]).toBe('B')
    expect(sent).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c']) answers.get(name)!(name)
    await replies[2]
    answers.get('d')!('d')
    expect(await Promise.all(replies)).toEqual(['a', 'B', 'c', 'd'])
  })

  it('are refused when too many wait already', async () => {
    const { command, failures, sent } = bench()
    for (const name of ['a', 'b', 'c', 'd']) void command(name)
    await command('e')
    expect([failures, sent]).toEqual([['e not sent'], ['a', 'b']])
  })

  it('have one deadline for waiting and running, and tell which it was', async () => {
    const { command, failures, pass, sent } = bench()
    const early = ['a', 'b', 'c'].map(command)
    await pass(60)
    const late = command('d')
    await pass(40)
    await Promise.all(early)
    // Who is overdue makes room for the next in turn, and `c` was overdue itself.
    expect(failures).toEqual(['a unknown', 'b unknown', 'c unknown'])
    expect(sent).toEqual(['a', 'b', 'c', 'd'])
    await pass(60)
    await late
    expect(failures.at(-1)).toBe('d unknown')
  })

  it('are answered when the reply has come while the event loop stood still', async () => {
    const { command, failures, answers, clock, pass } = bench()
    const reply = command('a')
    clock.nowMs += 500
    answers.get('a')!('A')
    await pass(0)
    expect([await reply, failures]).toEqual(['A', []])
  })

  it('leave their place when they are overdue, and a late reply goes to nobody', async () => {
    const { command, answers, pass, failures, sent } = bench({ maxRunning: 1 })
    const first = command('a')
    await pass(100)
    await first
    const second = command('b')
    answers.get('a')!('too late')
    expect(sent).toEqual(['a', 'b'])
    answers.get('b')!('B')
    expect([await second, failures]).toEqual(['B', ['a unknown']])
  })
})
