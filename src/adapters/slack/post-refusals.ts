/** Tells whose limit a refused post has met: Slack does not say whether it was the channel's or the workspace's. */
export interface PostRefusals {
  /** @returns whose it probably was: refusals in several channels at about the same time are the workspace's. */
  blame(channel: string): 'channel' | 'workspace';
}

/** Creates {@link PostRefusals}, for all replies of a workspace. */
export function createPostRefusals(now = () => performance.now()): PostRefusals {
  let last: { readonly channel: string; readonly at: number } | undefined;
  return {
    blame(channel) {
      const elsewhere = last !== undefined && last.channel !== channel && now() - last.at < togetherMs;
      last = { channel, at: now() };
      return elsewhere ? 'workspace' : 'channel';
    },
  };
}

const togetherMs = 5_000;
