import { asksForChange } from './change.ts'
import { goesOn } from './follow-up.ts'
import { hasMedia } from './media.ts'
import { tellsOfSomebody } from './personal.ts'
import type { Subject } from './subject.ts'
import { hasOddLength } from './text-length.ts'
import { isTimely } from './timely.ts'
import { mayUseTools } from './tools.ts'

/** Why a call is not answered with what another one was answered: words of a closed set, labels of a metric. */
export type Ineligible = 'length' | 'tools' | 'media' | 'timely' | 'personal' | 'follow_up' | 'edit'

type Rule = readonly [Ineligible, (subject: Subject) => boolean]

/** The cheap ones first. Sampling, hosted tools and stored conversations are the exact tier's matter already. */
const RULES: readonly Rule[] = [
  ['tools', mayUseTools],
  ['media', hasMedia],
  ['timely', isTimely],
  ['follow_up', goesOn],
  ['edit', asksForChange],
  ['personal', tellsOfSomebody],
]

/**
 * Whether another question's answer may answer this one at all; undefined when it may. Each rule would rather ask the
 * provider once too often.
 */
export function whyIneligible(subject: () => Subject, text: string): Ineligible | undefined {
  // Before anything looks at its words: hostile texts are long.
  if (hasOddLength(text)) return 'length'
  const looked = subject()
  return RULES.find(([, applies]) => applies(looked))?.[0]
}
