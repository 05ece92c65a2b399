import { expect, it } from 'vitest'
import { CHAT_CARRIAGES } from './carriages.ts'
import { carriagesAt, takenAt } from './unsupported.ts'

const said = {
  headers: {},
  body: { model: 'm', user: 'u', seed: 1, messages: [{ role: 'developer', content: 'Be brief.' }] },
}

it('what a provider does not take is left out of what is said to it, and named as lost', () => {
  const quirks = { unsupported: ['user', 'seed', 'reasoning_effort'], developerRole: 'system' } as const
  expect(takenAt(said, quirks).body).toEqual({
    model: 'm',
    messages: [{ role: 'system', content: 'Be brief.' }],
  })
  const carries = carriagesAt(quirks)
  for (const feature of ['end_user', 'seed', 'reasoning_effort', 'reasoning_budget'] as const) {
    expect(carries[feature].is).toBe('lost')
  }
  expect(carries.developer.is).toBe('adapted')
})

it('nothing changes for a provider that has no quirks', () => {
  expect(takenAt(said, {})).toEqual(said)
  expect(carriagesAt({})).toEqual(CHAT_CARRIAGES)
})
