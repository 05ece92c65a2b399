/** What some Claude models take and others refuse. */
export interface ModelTraits {
  /** `temperature`, `top_p` and `top_k`. */
  readonly sampling: boolean
  /** `temperature` and `top_p` in one request. */
  readonly bothSamplers: boolean
  /** Thinking with a budget in tokens. */
  readonly thinkingBudget: boolean
  /** Thinking whose length the model chooses, and whose display can be asked for. */
  readonly adaptiveThinking: boolean
  /** `output_config.effort`. */
  readonly effort: boolean
  /** The efforts that came after `high` and `max`. */
  readonly xhigh: boolean
}

/**
 * What a model takes, by the version in its name; a name without one is taken for the newest, which takes the least.
 *
 * @see https://platform.claude.com/docs/en/about-claude/models/migration-guide
 * @see https://platform.claude.com/docs/en/build-with-claude/effort
 */
export function traitsOf(model: string): ModelTraits {
  const version = versionOf(model)
  return {
    sampling: version < 4.07,
    bothSamplers: version < 4.01,
    thinkingBudget: version >= 3.07 && version < 4.07,
    adaptiveThinking: version >= 4.06,
    effort: version >= 4.06 || model.includes('opus-4-5'),
    xhigh: version >= 4.07,
  }
}

/** `claude-opus-4-5-20251101`, `claude-3-7-sonnet-20250219`, `anthropic.claude-sonnet-4-6-v1:0`. */
const VERSION = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/

/** 4.5 as 4.05, so that 4.10 is newer. */
function versionOf(model: string): number {
  const [, major, minor = '0'] = VERSION.exec(model) ?? []
  return major === undefined ? Number.POSITIVE_INFINITY : Number(major) + Number(minor) / 100
}
