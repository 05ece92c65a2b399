import { describe, expect, it } from 'vitest'
import { principalOf } from './identity.ts'

describe('the principal of an identity', () => {
  it('has ids as text, an org, and nothing that was not given', () => {
    expect(principalOf({ user: 17, team: undefined })).toEqual({ org: 'default', user: '17' })
    const tags = { feature: 'search' }
    const whole = { org: 'acme', team: 'reports', project: 'q4', user: 'ada', key: 'k1', tags }
    expect(principalOf(whole)).toEqual(whole)
  })

  it('is nobody’s when nobody is named', () => {
    for (const identity of [{}, { org: 'acme' }, { user: undefined }]) {
      expect(() => principalOf(identity)).toThrow('at least one of team, project, user and key')
    }
  })

  it.each(['', 'x'.repeat(201), Number.NaN, 1.5, Number.POSITIVE_INFINITY])(
    'has no user named %s',
    (user) => {
      expect(() => principalOf({ user })).toThrow(RangeError)
    },
  )
})
