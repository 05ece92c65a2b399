import { describe, expect, it } from 'vitest'
import { lane } from './lane.ts'

function bench() {
  const { submit, idle } = lane()
  const sent: string[] = []
  const gates = new Map<string, () => void>()
  const gate = (name: string) => new Promise<void>((resolve) => gates.set(name, resolve))
  const command = (name: string, { looksUp = false, alone = false, answered = true } = {}) =>
    submit({
      ...(looksUp && { prepare: () => gate(`${name} looked up`) }),
      alone,
      async run() {
        sent.push(name)
        if (!answered) await gate(`${name} answered`)
        return name
      },
    })
  /** All that can go on without anybody's doing has gone on. */
  const settled = async () => {
    for (let at = 0; at < 20; at++) await Promise.resolve()
  }
  const open = (name: string) => {
    gates.get(name)!()
    return settled()
  }
  return { settled, command, sent, open, idle, submit }
}

describe('the lane of an org', () => {
  it('sends at once what needs nothing, without waiting for answers', () => {
    const { command, sent } = bench()
    void command('a', { answered: false })
    void command('b', { answered: false })
    expect(sent).toEqual(['a', 'b'])
  })

  it('keeps the order when one must look something up, and lets the others look up meanwhile', async () => {
    const { command, sent, open } = bench()
    void command('a', { looksUp: true, answered: false })
    void command('b', { looksUp: true })
    void command('c')
    await open('b looked up')
    expect(sent).toEqual([])
    await open('a looked up')
    expect(sent).toEqual(['a', 'b', 'c'])
  })

  it('lets nothing follow one that is alone before it is answered', async () => {
    const { command, sent, open, settled } = bench()
    void command('a', { alone: true, answered: false })
    void command('b')
    await settled()
    expect(sent).toEqual(['a'])
    await open('a answered')
    expect(sent).toEqual(['a', 'b'])
  })

  it('goes on after one whose looking up, or whose command, has failed', async () => {
    const { command, sent, submit } = bench()
    const broken = submit({ prepare: () => Promise.reject(new Error('no books')), run: async () => 'never' })
    const fails = submit({ alone: true, run: () => Promise.reject(new Error('no reply')) })
    const next = command('c')
    await expect(broken).rejects.toThrow('no books')
    await expect(fails).rejects.toThrow('no reply')
    expect([await next, sent]).toEqual(['c', ['c']])
  })

  it('is idle when all that was given before has been answered, and not later', async () => {
    const { command, open, idle } = bench()
    const log: string[] = []
    void command('a', { answered: false })
    const waiting = idle().then(() => log.push('idle'))
    void command('b', { answered: false })
    await open('a answered')
    await waiting
    expect(log).toEqual(['idle'])
  })
})
