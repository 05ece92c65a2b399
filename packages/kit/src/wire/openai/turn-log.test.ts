import { describe, expect, it } from 'vitest'
import type { Part } from '../neutral/part.ts'
import { turnLog } from './turn-log.ts'

const text = (said: string): Part => ({ type: 'text', text: said })
const call = (id: string): Part => ({ type: 'tool_call', id, name: 'f', arguments: '{}' })

describe('a log of turns', () => {
  it('lets turns of some roles go on', () => {
    const log = turnLog(new Set(['assistant']))
    log.add({ role: 'user', parts: [text('a')] })
    log.add({ role: 'user', parts: [text('b')], name: 'ada' })
    log.add({ role: 'assistant', parts: [text('c')] })
    log.add({ role: 'assistant', parts: [text('d'), call('x')] })
    expect(log.turns).toEqual([
      { role: 'user', parts: [text('a')] },
      { role: 'user', parts: [text('b')], name: 'ada' },
      { role: 'assistant', parts: [text('c'), text('d'), call('x')] },
    ])
  })

  it('seals the last call of an id, and no call that it has not seen', () => {
    const seal = { from: 'generate', value: 'CqQB' } as const
    const log = turnLog(new Set(['assistant']))
    log.add({ role: 'assistant', parts: [call('x')] })
    log.add({ role: 'user', parts: [text('a')] })
    log.add({ role: 'assistant', parts: [call('x')] })
    log.seal('x', seal)
    log.seal('y', seal)
    expect(log.turns.flatMap(({ parts }) => parts)).toEqual([call('x'), text('a'), { ...call('x'), seal }])
  })

  it('does not change what it was given', () => {
    const parts = [text('a')]
    const log = turnLog(new Set(['tool']))
    log.add({ role: 'tool', parts })
    log.add({ role: 'tool', parts })
    expect(parts).toHaveLength(1)
  })
})
