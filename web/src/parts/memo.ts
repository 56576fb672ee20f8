import { Component, type ComponentChild, h } from 'preact';

/** Draws a component again only where its properties differ. */
export function memo<Props extends object>(
  draw: (props: Props) => ComponentChild,
  isSame: (before: Props, after: Props) => boolean,
): (props: Props & { key?: string }) => ComponentChild {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !isSame(this.props as Props, next);
    }
    override render(props: Props): ComponentChild {
      return draw(props);
    }
  }
  return (props) => h(Memo as never, props);
}
