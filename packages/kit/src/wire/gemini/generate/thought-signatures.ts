import type { JsonObject } from '../../json.ts'
import type { Seal } from '../../neutral/part.ts'
import { unwrapSeal, wrapSeal } from '../../neutral/wrapped-seal.ts'
import { textField } from '../fields.ts'

/**
 * Thought signatures, which Gemini may put on any part: https://ai.google.dev/gemini-api/docs/thought-signatures. A thought's
 * and a function call's are sealed there. One on another part has no place there, and follows as a reasoning without text,
 * whose seal is of the kind `part`.
 */
export const ON_PART = 'part'

/**
 * Gemini 3 refuses a conversation in which a function call has lost its signature. For calls that another model has made,
 * this word takes its place, as Google documents it.
 */
export const NO_SIGNATURE = 'skip_thought_signature_validator'

const WRAPPED = 'tollgate:'

/** The field holds bytes, so that what is wrapped for another dialect's provider is base64 of the wrapping. */
export function sealOf(part: JsonObject): Seal | undefined {
  const value = textField(part, 'thoughtSignature')
  if (value === undefined || value === '' || value === NO_SIGNATURE) return undefined
  const inside = Buffer.from(value, 'base64').toString('utf8')
  return inside.startsWith(WRAPPED) ? unwrapSeal(inside, 'generate') : { from: 'generate', value }
}

/** A seal of any dialect for a Gemini client, who will send it back. */
export function signatureOf(seal: Seal): string {
  return seal.from === 'generate' ? seal.value : Buffer.from(wrapSeal(seal)).toString('base64')
}
