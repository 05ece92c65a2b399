import { LAYOUT } from './keys.ts'

/** What a script says of a change. @throws Error when another release has taken the directory over. */
export function outcome<Status extends string>(
  reply: readonly [status: Status, ...unknown[]] | readonly ['other_layout', lv: string],
): Exclude<Status, 'other_layout'> {
  if (reply[0] !== 'other_layout') return reply[0] as Exclude<Status, 'other_layout'>
  throw new Error(
    `the directory in Redis has layout ${reply[1]}, this Tollgate writes layout ${LAYOUT}: use the Tollgate that wrote it, or a newer one`,
  )
}
