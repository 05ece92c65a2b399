import { nanoToUsd } from '@tollgate/kit/core'
import type { HowToAsk } from '@tollgate/kit/directory'

/** The command line that asks for what was refused; whoever has no terminal posts the same to `/tollgate/access`. */
export const howToAsk: HowToAsk = (account, { models = [], tier, raise }) => {
  const words = [
    ...['--account', account],
    ...models.flatMap((model) => ['--model', model]),
    ...(tier === undefined ? [] : ['--tier', tier]),
    ...(raise ? ['--usd', nanoToUsd(raise.nanoUsd).replace(/\.?0+$/, '')] : []),
  ]
  return `Ask for ${raise ? 'more' : 'it'}: tollgate access request ${words.map(quoted).join(' ')}.`
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w.:@/+*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
