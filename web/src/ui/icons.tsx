/** Line icons, drawn here so that no font or image has to be fetched. Always beside a label, so hidden from readers. */

const PATHS = {
  chat: "M4 5.5h16v11H10l-4.5 3.5v-3.5H4z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  send: "M4 12l16-7-6 16-3-7z",
  plus: "M12 5v14M5 12h14",
  up: "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.3 1 2 2.500L12.500 10H18c1.300 0 2.200 1.200 1.900 2.400l-1.500 6c-.2.900-1 1.600-2 1.600H7",
  downThumb: "M17 13V4h3v9zM17 13l-4 7c-1.500 0-2.300-1-2-2.500l.5-3.500H6c-1.300 0-2.200-1.200-1.900-2.400l1.500-6c.2-.900 1-1.600 2-1.600H17",
  back: "M15 5l-7 7 7 7",
  outside: "M14 4h6v6M20 4l-9 9M18 14v5H5V6h5",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.5",
  check: "M5 12.500l4.500 4.500L19 7.500",
  phone: "M6 4h3l1.500 4-2 1.500a11 11 0 0 0 6 6l1.500-2 4 1.500v3c0 1-1 2-2 2A15 15 0 0 1 4 6c0-1 1-2 2-2z",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  bell: "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 20.500h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="kf-icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
