import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountPath, type Principal } from '../directory/principal.ts'
import { narrower, SHARES, type Share, scopeFor } from './scope.ts'

const full: Principal = { org: 'acme', team: 'red', project: 'search', user: 'ada', key: 'ci' }

describe('a scope', () => {
  it.each([
    ['key', ['org:acme', 'team:red', 'project:search', 'user:ada', 'key:ci']],
    ['user', ['org:acme', 'team:red', 'project:search', 'user:ada']],
    ['project', ['org:acme', 'team:red', 'project:search']],
    ['team', ['org:acme', 'team:red']],
    ['org', ['org:acme']],
  ] as const)('of a %s is its path', (share, accounts) => {
    expect(scopeFor(full, share)).toEqual({ org: 'acme', accounts })
  })

  it('is closer where a caller has no such account, and none where it has no identity', () => {
    expect(scopeFor({ org: 'acme', user: 'ada', key: 'ci' }, 'project')?.accounts.at(-1)).toBe('user:ada')
    expect(scopeFor({ org: 'acme', key: 'ci' }, 'team')?.accounts.at(-1)).toBe('key:ci')
    expect(scopeFor({ org: 'acme', team: 'red' }, 'project')).toBeUndefined()
    expect(scopeFor({ org: 'acme' }, 'team')).toBeUndefined()
  })

  it('is never wider than the one that was asked for', () => {
    const name = fc.option(fc.constantFrom('a', 'b'), { nil: undefined })
    const caller = fc
      .record({ team: name, project: name, user: name, key: name })
      .map((fields) => ({ org: 'acme', ...fields }) as Principal)
    const share = fc.constantFrom(...SHARES.filter((one) => one !== 'global'))
    fc.assert(
      fc.property(caller, caller, share, (one, other, share) => {
        const [here, there] = [scopeFor(one, share), scopeFor(other, share)]
        if (!here || JSON.stringify(here) !== JSON.stringify(there)) return
        const last = here.accounts.at(-1)!
        expect(SHARES.indexOf(last.split(':')[0] as Share)).toBeLessThanOrEqual(SHARES.indexOf(share))
        expect(accountPath(one)).toContain(last)
        expect(accountPath(other)).toContain(last)
      }),
    )
  })

  it('can be narrowed, and never widened', () => {
    expect(narrower('project', 'key')).toBe('key')
    expect(narrower('project', 'org')).toBe('project')
    expect(narrower('project', undefined)).toBe('project')
  })
})
