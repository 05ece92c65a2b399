import { expect, it } from 'vitest'
import type { Conversation } from './conversation.ts'
import { featuresOf } from './features.ts'
import type { Part, Seal } from './part.ts'
import { withReadableSeals } from './readable-seals.ts'

const said = (...parts: Part[]): Conversation => ({
  model: 'm',
  stream: false,
  sampling: {},
  foreign: [],
  turns: [{ role: 'assistant', parts }],
})
const thought = (seal: Seal): Part => ({ type: 'reasoning', text: 'Hm.', seal })
const call = (seal?: Seal): Part => ({
  type: 'tool_call',
  id: 'c',
  name: 'f',
  arguments: '{}',
  ...(seal ? { seal } : {}),
})

const openrouters: Seal = { from: 'chat', kind: 'detail', value: '{}', by: 'openrouter' }
const unknowns: Seal = { from: 'chat', kind: 'detail', value: '{}' }
const claudes: Seal = { from: 'messages', value: 'EqQB' }

it('what another provider of the dialect has sealed is not sent: a thought goes, a call stays unsigned', () => {
  const conversation = said(thought(openrouters), thought(unknowns), thought(claudes), call(openrouters))
  expect(withReadableSeals(conversation, 'chat', 'deepseek').turns[0]?.parts).toEqual([
    thought(unknowns),
    thought(claudes),
    call(),
  ])
  expect(withReadableSeals(conversation, 'chat', 'openrouter')).toEqual(conversation)
})

it('and is named as lost', () => {
  const features = (by: string) => [...featuresOf(said(thought(openrouters)), 'chat', by).keys()]
  expect(features('deepseek')).toEqual(['foreign_reasoning'])
  expect(features('openrouter')).toEqual(['past_reasoning'])
})
