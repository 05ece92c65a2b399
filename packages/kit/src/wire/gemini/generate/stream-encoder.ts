import type { Asked, StreamEncoder } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import type { Usage } from '../../usage.ts'
import { writeError } from '../errors.ts'
import { writeUsage } from '../usage.ts'
import { type CandidateEncoder, candidateEncoder } from './candidate-encoder.ts'

/**
 * An answer as Gemini's stream: each chunk is an answer with what is new, the last one says why it ended and what it used.
 */
export function streamEncoder({ model, requestId }: Pick<Asked, 'model' | 'requestId'>): StreamEncoder {
  let responseId = requestId
  let usage: Usage | undefined
  let failed = false
  const candidates = new Map<number, CandidateEncoder>()

  const chunkOf = (said: readonly JsonObject[], used?: Usage): JsonObject => ({
    candidates: said,
    ...(used ? { usageMetadata: writeUsage(used) } : {}),
    modelVersion: model,
    responseId,
  })
  const encode = (event: StreamEvent): JsonObject | undefined => {
    switch (event.type) {
      case 'start':
        responseId = event.id || requestId
        return undefined
      case 'usage':
        usage = event.usage
        return undefined
      case 'error':
        failed = true
        return writeError(event.error, requestId).body
      case 'end':
        return failed ? undefined : chunkOf(lastOf(candidates), usage)
      default: {
        const parts = candidateAt(candidates, event.choice).push(event)
        return parts.length > 0 ? chunkOf([candidateOf(event.choice, parts)]) : undefined
      }
    }
  }

  return {
    push(event) {
      const chunk = encode(event)
      return chunk ? `data: ${JSON.stringify(chunk)}\n\n` : ''
    },
  }
}

function candidateAt(candidates: Map<number, CandidateEncoder>, index: number): CandidateEncoder {
  const known = candidates.get(index)
  if (known) return known
  const candidate = candidateEncoder()
  candidates.set(index, candidate)
  return candidate
}

function candidateOf(index: number, parts: readonly JsonObject[]): JsonObject {
  return { content: { role: 'model', parts }, index }
}

/** SDKs look for the reason at a candidate's end, and take one without parts for a fault. */
function lastOf(candidates: ReadonlyMap<number, CandidateEncoder>): JsonObject[] {
  return [...candidates].map(([index, candidate]) => ({
    ...candidateOf(index, [{ text: '' }]),
    ...candidate.ending(),
  }))
}
