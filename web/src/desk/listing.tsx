/** A list in each of its states: loading, failed, empty, filled, with more behind it. */

import type { ComponentChildren } from "preact";
import { useDesk } from "./context";
import type { Listing } from "./desk-store";

interface ListingProps<T> {
  list: Listing<T>;
  items: T[];
  empty: string;
  emptyHint?: string;
  label: string;
  row: (item: T) => ComponentChildren;
  onMore: () => void;
}

export function ListingView<T>({ list, items, empty, emptyHint, label, row, onMore }: ListingProps<T>) {
  const { texts, store } = useDesk();
  if (list.items === null && list.failed)
    return (
      <div class="desk-empty" role="alert">
        <p>{texts.failed}</p>
        <button type="button" class="kf-button" onClick={() => store.refresh()}>
          {texts.tryAgain}
        </button>
      </div>
    );
  if (list.items === null) return <p class="desk-empty">{texts.loading}</p>;
  return (
    <>
      {items.length === 0 && (
        <div class="desk-empty">
          <p>{empty}</p>
          {emptyHint && <p class="desk-quiet">{emptyHint}</p>}
        </div>
      )}
      <ul class="desk-list" aria-label={label}>
        {items.map(row)}
      </ul>
      {list.more && (
        <button type="button" class="kf-button desk-more" onClick={onMore}>
          {texts.loadMore}
        </button>
      )}
    </>
  );
}
