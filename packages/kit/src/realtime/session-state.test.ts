import { describe, expect, it } from 'vitest'
import { sessionState } from './session-state.ts'
import { turnTaking } from './turn-taking.ts'

const VAD = { type: 'server_vad', threshold: 0.5, create_response: true, idle_timeout_ms: 5_000 }
const CURRENT = {
  type: 'realtime',
  output_modalities: ['audio'],
  max_output_tokens: 'inf',
  audio: { input: { format: { type: 'audio/pcm', rate: 24_000 }, turn_detection: VAD } },
}
/** The interface before today's, in which everything stands at the top. */
const BETA = {
  modalities: ['audio', 'text'],
  max_response_output_tokens: 100,
  input_audio_format: 'g711_ulaw',
  turn_detection: VAD,
}

describe('the state of a session', () => {
  it('is read as either interface has it', () => {
    expect(sessionState(CURRENT)).toMatchObject({
      bytesPerMs: 48,
      capField: 'max_output_tokens',
      speaks: true,
    })
    expect(sessionState(CURRENT).maxOutputTokens).toBeUndefined()
    expect(sessionState(BETA)).toMatchObject({
      bytesPerMs: 8,
      capField: 'max_response_output_tokens',
      maxOutputTokens: 100,
    })
  })

  it('covers what it was and what it may have become, until the provider has said which', () => {
    const state = sessionState({ ...CURRENT, output_modalities: ['text'] })
    expect(state).toMatchObject({ speaks: false, unpriced: undefined })
    state.stated('a', { output_modalities: ['audio'], tools: [{ type: 'mcp' }], max_output_tokens: 50 })
    state.stated('b', { audio: { input: { format: { type: 'audio/pcmu' } } } })
    expect(state).toMatchObject({ speaks: true, unpriced: 'tools', bytesPerMs: 8, maxOutputTokens: 50 })
    state.refused('a')
    expect(state).toMatchObject({ speaks: false, unpriced: undefined, bytesPerMs: 8 })
    state.confirmed({ ...CURRENT, output_modalities: ['text'] })
    expect(state.bytesPerMs).toBe(48)
  })

  it('does not take an update of ours for the client’s wish', () => {
    const state = sessionState(CURRENT)
    state.ordered('ours', { audio: { input: { turn_detection: { ...VAD, create_response: false } } } })
    expect(state.turnDetection).toEqual(VAD)
  })
})

describe('who begins a response', () => {
  const turns = turnTaking()

  it('is never the provider, in either interface', () => {
    const quiet = { type: 'server_vad', threshold: 0.5, create_response: false }
    expect(turns.takeOver(CURRENT)).toEqual({ type: 'realtime', audio: { input: { turn_detection: quiet } } })
    expect(turns.takeOver(BETA)).toEqual({ turn_detection: quiet })
    expect(turns.forProvider(CURRENT)).toMatchObject({ audio: { input: { turn_detection: quiet } } })
  })

  it('is left as it is where the provider would begin none', () => {
    const silent = { ...CURRENT, audio: { input: { turn_detection: null } } }
    expect(turns.takeOver(silent)).toBeUndefined()
    expect(turns.forProvider(silent)).toBe(silent)
  })

  it('looks to the client as it wants it', () => {
    const told = turns.forProvider(CURRENT)
    expect(turns.forClient(told, VAD)).toEqual(CURRENT)
  })
})
