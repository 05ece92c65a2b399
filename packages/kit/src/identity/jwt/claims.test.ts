import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClaimMapping, checkMapping, principalOfClaims } from './claims.ts'

const MAPPING: ClaimMapping = {
  org: { value: 'acme' },
  team: { claim: 'groups', table: { 'eng-search': 'search', everybody: 'staff' }, otherwise: 'guests' },
  user: { claim: 'sub', prefix: 'okta:' },
  tags: { department: { claim: ['profile', 'department'], otherwise: 'none' } },
}

describe('claims', () => {
  it.each([
    [{ sub: 'ada' }, 'guests', 'okta:ada', 'none'],
    [{ sub: 'ada', groups: ['everybody', 'eng-search'] }, 'search', 'okta:ada', 'none'],
    [{ sub: 'ada', groups: 'everybody' }, 'staff', 'okta:ada', 'none'],
    [{ sub: 'ada', groups: ['constructor', '__proto__'] }, 'guests', 'okta:ada', 'none'],
    [{ sub: 4711, profile: { department: 'R&D' } }, 'guests', 'okta:4711', 'R&D'],
  ])('%j make a principal', (claims, team, user, department) => {
    expect(principalOfClaims(claims, MAPPING)).toEqual({ org: 'acme', team, user, tags: { department } })
  })

  it.each([
    [{}, 'user: the claim sub is absent, or stands for nothing'],
    [{ sub: '' }, 'user: the claim sub is no id'],
    [{ sub: ['ada'] }, 'user: the claim sub is absent, or stands for nothing'],
    [{ sub: { toString: 'ada' } }, 'user: the claim sub is absent, or stands for nothing'],
    [{ sub: null }, 'user: the claim sub is absent, or stands for nothing'],
    [{ sub: 1.5 }, 'user: the claim sub is absent, or stands for nothing'],
    [{ sub: 'ada\u0000' }, 'user: the claim sub is no id'],
    [{ sub: 'ada\nbob' }, 'user: the claim sub is no id'],
    [{ sub: ' ada' }, 'user: the claim sub is no id'],
    [{ sub: 'a\u200bda' }, 'user: the claim sub is no id'],
    [{ sub: 'a\u202eda' }, 'user: the claim sub is no id'],
    [{ sub: '\ud800' }, 'user: the claim sub is no id'],
    [{ sub: 'x'.repeat(201) }, 'user: the claim sub is no id'],
  ])('%j make none', (claims, refused) => {
    expect(principalOfClaims(claims, { user: { claim: 'sub' } })).toEqual({ refused })
  })

  it('are never read from what an object inherits', () => {
    const mapping = { user: { claim: ['constructor', 'name'] } }
    expect(principalOfClaims({}, mapping)).toHaveProperty('refused')
  })

  it('of any kind make a principal with the stated org, or none', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('sub', 'groups', 'profile', 'org'), fc.jsonValue()),
        (claims) => {
          const verdict = principalOfClaims(claims as never, MAPPING)
          if (!('refused' in verdict)) {
            expect(verdict.org).toBe('acme')
            expect(['search', 'staff', 'guests']).toContain(verdict.team)
            expect(verdict.user).toMatch(/^okta:/)
          }
        },
      ),
    )
  })
})

it.each<[ClaimMapping, string]>([
  [{}, 'at least one of team, project and user'],
  [{ org: { value: 'acme' } }, 'at least one of team, project and user'],
  [{ team: { value: '' } }, '"" is no id'],
  [{ team: { claim: 'groups', table: { a: 'b\n' } } }, '"b\\n" is no id'],
  [{ user: { claim: 'sub', otherwise: ' ' } }, '" " is no id'],
])('a mapping cannot be %j', (mapping, text) => {
  expect(() => checkMapping(mapping)).toThrow(text)
})
