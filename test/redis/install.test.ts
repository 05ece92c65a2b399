import { describe, expect, it } from 'vitest'
import { type Machine, requireRedis } from '../support/redis/install.ts'

/** A machine on which apt works the second time it is asked, and what was done to it. */
function machine({ isRoot = true, apt = true, lists = true, version = '7.0.15', installed = false }) {
  const log: string[] = []
  let there = installed
  let fresh = lists
  const fake: Machine = {
    isRoot,
    run(program, args) {
      if (program === 'redis-server') {
        return there ? { code: 0, output: `Redis server v=${version} sha=00000000:0 bits=64` } : undefined
      }
      if (!apt) return
      const verb = args.find((word) => /^(update|install|--version)$/.test(word))!
      log.push(verb)
      if (verb === 'update') fresh = true
      if (verb === 'install') there = fresh
      return { code: verb === 'install' && !there ? 100 : 0, output: 'E: Unable to locate package' }
    },
    quietly(work) {
      log.push('quietly')
      work()
    },
  }
  return { fake, log }
}

describe('before the tests', () => {
  it('nothing is done where Redis is installed', () => {
    const { fake, log } = machine({ installed: true })
    requireRedis(fake)
    expect(log).toEqual([])
  })

  it('Redis is installed, without starting its service', () => {
    const { fake, log } = machine({})
    requireRedis(fake)
    expect(log).toEqual(['--version', 'quietly', 'install'])
  })

  it('a machine that has never fetched its lists of packages fetches them', () => {
    const { fake, log } = machine({ lists: false })
    requireRedis(fake)
    expect(log).toEqual(['--version', 'quietly', 'install', 'update', 'install'])
  })

  it.each([{ isRoot: false }, { apt: false }])('who may not install it is told to: %o', (limits) => {
    const { fake } = machine(limits)
    expect(() => requireRedis(fake)).toThrow('install it (apt-get install redis-server')
  })

  it('an old one is refused', () => {
    const { fake } = machine({ installed: true, version: '6.0.16' })
    expect(() => requireRedis(fake)).toThrow('the one on the PATH is 6.0')
  })
})
