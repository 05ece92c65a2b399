import { describe, expect, it } from 'vitest'
import { inOneTransaction } from './transaction.ts'
import { turnQueue } from './turn.ts'

function bench(fail: { begin?: Error; commit?: Error } = {}) {
  const log: string[] = []
  const transaction = {
    begin() {
      log.push('begin')
      if (fail.begin) throw fail.begin
    },
    commit() {
      log.push('commit')
      if (fail.commit) throw fail.commit
    },
    abandon: () => void log.push('abandon'),
  }
  const queue = turnQueue<() => unknown>((commands, tell) =>
    tell(inOneTransaction(transaction, commands, (command) => command())),
  )
  const say = (word: string) =>
    queue.submit(() => {
      log.push(word)
      return word
    }) as Promise<string>
  return { ...queue, log, say, fail }
}

describe('the turn queue', () => {
  it('makes one transaction of all commands of a turn, and answers after its commit', async () => {
    const { say, log } = bench()
    const replies = ['a', 'b', 'c'].map((word) => say(word).then((reply) => log.push(`${reply} answered`)))
    expect(log).toEqual([])
    await Promise.all(replies)
    expect(log).toEqual(['begin', 'a', 'b', 'c', 'commit', 'a answered', 'b answered', 'c answered'])
  })

  it('makes the next transaction of what is submitted meanwhile', async () => {
    const { submit, say, log } = bench()
    const inner: Promise<string>[] = []
    await submit(() => inner.push(say('b')))
    await Promise.all(inner)
    expect(log).toEqual(['begin', 'commit', 'begin', 'b', 'commit'])
  })

  it('lets a command refuse its own caller and nobody else', async () => {
    const { submit, say } = bench()
    const refused = submit(() => new RangeError('no'))
    const other = say('a')
    await expect(refused).rejects.toThrow('no')
    expect(await other).toBe('a')
  })

  it('rejects every command of a turn whose commit fails, and takes the next turn', async () => {
    const commit = new Error('disk full')
    const queue = bench({ commit })
    const replies = await Promise.allSettled([queue.say('a'), queue.say('b')])
    expect(replies).toEqual([
      { status: 'rejected', reason: commit },
      { status: 'rejected', reason: commit },
    ])
    expect(queue.log).toEqual(['begin', 'a', 'b', 'commit', 'abandon'])
    delete queue.fail.commit
    expect(await queue.say('c')).toBe('c')
  })

  it('runs no command when the transaction cannot begin', async () => {
    const begin = new Error('busy')
    const { say, log } = bench({ begin })
    await expect(say('a')).rejects.toBe(begin)
    expect(log).toEqual(['begin', 'abandon'])
  })

  it('splits a burst into several turns, in order', async () => {
    const { say, log } = bench()
    const words = Array.from({ length: 1200 }, (_, at) => `${at}`)
    expect(await Promise.all(words.map(say))).toEqual(words)
    expect(log.filter((word) => word === 'commit').length).toBe(3)
  })

  it('waits while it is held, and not when it is drained', async () => {
    const { say, hold, drain, log } = bench()
    const release = hold()
    const first = say('a')
    await new Promise((resolve) => setImmediate(resolve))
    expect(log).toEqual([])
    release()
    await first
    hold()
    const second = say('b')
    drain()
    expect(await second).toBe('b')
    expect(log).toEqual(['begin', 'a', 'commit', 'begin', 'b', 'commit'])
  })
})
