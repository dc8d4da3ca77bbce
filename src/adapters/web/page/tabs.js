/**
 * The other tabs of this browser.
 *
 * @typedef {{ kind: 'changed' | 'deleted', conversation: string }} News
 */

/**
 * @param {(news: News) => void} onNews from another tab
 */
export function createTabs(onNews) {
  const channel = new BroadcastChannel('parley');
  channel.addEventListener('message', ({ data }) => onNews(data));
  return {
    /** @param {News} news for all other tabs */
    tell(news) {
      channel.postMessage(news);
    },
  };
}
