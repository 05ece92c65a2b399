import { anthropic } from './anthropic/index.ts'
import type { Dialect, Speaker } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { openai } from './openai/index.ts'

const SPEAKERS: Readonly<Record<Dialect, Speaker>> = { openai, anthropic, gemini }

const ANTHROPIC_PATH = /\/messages(?:\/|$)/
const GEMINI_PATH = /\/models\/[^/]+:[A-Za-z]+$|\/v1(?:alpha|beta)\//

/** Who answers at a path, under any prefix: one server speaks all dialects. */
export function speakerAt(url: string): Speaker {
  const path = url.split('?', 1)[0]!
  if (GEMINI_PATH.test(path)) return SPEAKERS.gemini
  return ANTHROPIC_PATH.test(path) ? SPEAKERS.anthropic : SPEAKERS.openai
}

/** What stands behind the origin in the base URLs that clients are given. Anthropic's have no version in them. */
export const BASE_PATHS: Readonly<Record<Dialect, string>> = {
  openai: '/v1',
  anthropic: '',
  gemini: '/v1beta',
}
