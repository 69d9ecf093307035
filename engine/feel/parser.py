"""The grammar of FEEL as a Pratt parser: every operator has a rank, a higher one binds tighter."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine.feel import ast, limits
from engine.feel.errors import FeelError, LimitExceeded
from engine.feel.numbers import parse_number
from engine.feel.reader import Reader
from engine.feel.typereader import read_type

OR: Final = 10
AND: Final = 20
COMPARISON: Final = 30
ADDITION: Final = 40
MULTIPLICATION: Final = 50
POWER: Final = 60
INSTANCE: Final = 70
UNARY: Final = 80
POSTFIX: Final = 90

COMPARATORS: Final = ("=", "!=", "<", "<=", ">", ">=")

_RANKS: Final = {
    "or": OR, "and": AND, "between": COMPARISON, "in": COMPARISON, "+": ADDITION, "-": ADDITION,
    "*": MULTIPLICATION, "/": MULTIPLICATION, "**": POWER, "instance": INSTANCE,
    "(": POSTFIX, "[": POSTFIX, ".": POSTFIX,
    **dict.fromkeys(COMPARATORS, COMPARISON),
}  # fmt: skip

_CONSTANTS: Final = {"true": True, "false": False, "null": None}


def parse_expression(
    text: str, names: Iterable[str] = (), members: Iterable[str] = (), callables: Iterable[str] = ()
) -> ast.Node:
    """The tree of an expression.

    `names`, `members`, `callables`: known variables, members of contexts and functions; needed only for
    names that `names.needs_scope`. Raises FeelError with the place and what was expected there.
    """
    parser = Parser(text, names, members, callables)
    return parser.whole(parser.expression())


def parse_tests(
    text: str, names: Iterable[str] = (), members: Iterable[str] = (), callables: Iterable[str] = ()
) -> ast.Tests:
    """The tree of unary tests: `-`, `< 5, > 10`, `not("a", "b")`, `? in список`."""
    return Parser(text, names, members, callables).unary_tests()


class Parser(Reader):
    def whole(self, node: ast.Node) -> ast.Node:
        if self.token.kind != "end":
            self.fail("знак действия", "конец выражения")
        return node

    # Unary tests

    def unary_tests(self) -> ast.Tests:
        if self.at_symbol("-") and self.ahead().kind == "end":
            return ast.Tests(())
        if self.at_word("not") and self.ahead().text == "(":
            try:
                self.index = 2
                tests = self._tests_until(")")
                self.expect(")")
                self.whole(tests[0])
                return ast.Tests(tests, negated=True)
            except FeelError:
                self._restart()  # `not(a) and b` is an ordinary expression
        tests = self._tests_until("")
        self.whole(tests[0])
        return ast.Tests(tests)

    def _restart(self) -> None:
        self.index = 0
        self._nesting = 0
        del self._scopes[1:]

    def _tests_until(self, end: str) -> tuple[ast.Node, ...]:
        tests = [self._test(0)]
        while self.accept(","):
            tests.append(self._test(0))
        if end and not self.at_symbol(end):
            self.fail(",", end)
        return tuple(tests)

    def _test(self, rank: int) -> ast.Node:
        if self.at_symbol(*COMPARATORS):
            operator = self.advance()
            return ast.Comparison(operator.text, self.expression(COMPARISON), at=operator.start)
        return self.expression(rank)

    # Expressions

    def expression(self, rank: int = 0) -> ast.Node:
        """What stands here, as far as operators of a higher rank than `rank` go."""
        with self.nested():
            return self._operators(self._operand(), rank)

    def _operators(self, left: ast.Node, rank: int) -> ast.Node:
        steps = 0
        while True:
            token = self.token
            if token.kind not in ("symbol", "word") or _RANKS.get(token.text, 0) <= rank:
                return left
            if token.text == "instance" and self.ahead().text != "of":
                return left
            steps += 1
            if steps > limits.CHAIN:
                raise LimitExceeded(
                    f"Больше {limits.CHAIN} действий подряд над одним значением.", token.start
                )
            left = self._operator(left, token.text)

    def _operator(self, left: ast.Node, operator: str) -> ast.Node:
        match operator:
            case "(":
                return self._call(left)
            case "[":
                return self._filter(left)
            case ".":
                return self._path(left)
            case "between":
                return self._between(left)
            case "in":
                return self._in(left)
            case "instance":
                at = self.advance().start
                self.advance()
                return ast.InstanceOf(left, read_type(self), at=at)
            case "and" | "or":
                return self._logic(left, operator)
        if operator in COMPARATORS:
            at = self.advance().start
            return ast.Compare(operator, left, self.expression(COMPARISON), at=at)
        return self._arithmetic(left, _RANKS[operator])

    def _logic(self, first: ast.Node, operator: str) -> ast.Node:
        kind = ast.And if operator == "and" else ast.Or
        at = self.token.start
        parts = list(first.parts) if isinstance(first, kind) else [first]
        while self.accept(operator):
            part = self.expression(_RANKS[operator])
            parts += part.parts if isinstance(part, kind) else (part,)
        return kind(tuple(parts), at=at)

    def _arithmetic(self, first: ast.Node, rank: int) -> ast.Node:
        at = self.token.start
        steps: list[ast.Step] = []
        if isinstance(first, ast.Arithmetic) and _RANKS[first.rest[0].operator] == rank:
            steps += first.rest
            first = first.first
        while self.token.kind == "symbol" and _RANKS.get(self.token.text) == rank:
            sign = self.advance()
            steps.append(ast.Step(sign.text, self.expression(rank), at=sign.start))
        return ast.Arithmetic(first, tuple(steps), at=at)

    def _between(self, value: ast.Node) -> ast.Node:
        at = self.advance().start
        low = self.expression(COMPARISON)
        self.expect("and")
        return ast.Between(value, low, self.expression(COMPARISON), at=at)

    def _in(self, value: ast.Node) -> ast.Node:
        at = self.advance().start
        if not self.at_symbol("("):
            return ast.In(value, (self._test(COMPARISON),), at=at)
        opening = self.advance()
        tests = [self._test(0)]
        if self.at_symbol(".."):
            only = self._range_end(tests[0], closed_start=False, at=opening.start)
            return ast.In(value, (self._operators(only, COMPARISON),), at=at)
        while self.accept(","):
            tests.append(self._test(0))
        self._close_bracket(")")
        if len(tests) == 1:
            return ast.In(value, (self._operators(tests[0], COMPARISON),), at=at)
        return ast.In(value, tuple(tests), at=at)

    # What an expression can begin with

    def _operand(self) -> ast.Node:
        token = self.token
        name = self.known_name()
        if name is not None:
            return ast.Name(name, at=token.start)
        if token.kind == "word":
            return self._word()
        if token.kind == "symbol":
            return self._symbol()
        if token.kind == "end":
            self.fail("значение")
        self.advance()
        value = token.text if token.kind == "string" else self._number(token.text, token.start)
        return ast.Literal(value, at=token.start)

    def _number(self, text: str, at: int) -> Decimal:
        value = parse_number(text)
        if value is None:
            raise LimitExceeded("Число слишком велико.", at, hint="В числе может быть не больше 6145 цифр.")
        return value

    def _word(self) -> ast.Node:
        token = self.token
        match token.text:
            case "true" | "false" | "null":
                self.advance()
                return ast.Literal(_CONSTANTS[token.text], at=token.start)
            case "if":
                return self._if()
            case "for":
                return self._for()
            case "some" | "every":
                return self._quantified()
            case "function" if self.ahead().text == "(":
                return self._function()
        name = self.plain_name()
        if name is None:
            self.fail("значение")
        return ast.Name(name, at=token.start)

    def _symbol(self) -> ast.Node:
        token = self.token
        match token.text:
            case "(":
                return self._brackets()
            case "[":
                return self._list_or_range()
            case "]":
                self.advance()
                return self._range_end(self.expression(), closed_start=False, at=token.start)
            case "{":
                return self._context()
            case "-":
                self.advance()
                return ast.Negation(self.expression(UNARY), at=token.start)
            case "?":
                self.advance()
                return ast.Name("?", at=token.start)
        if token.text != "@" or self.ahead().kind != "string":
            self.fail("значение")
        self.advance()
        return ast.AtLiteral(self.advance().text, at=token.start)

    def _brackets(self) -> ast.Node:
        opening = self.advance()
        inner = self._test(0)
        if self.at_symbol(".."):
            return self._range_end(inner, closed_start=False, at=opening.start)
        self._close_bracket(")")
        return inner

    def _close_bracket(self, bracket: str) -> None:
        if not self.accept(bracket):
            self.fail(bracket, "знак действия")

    def _list_or_range(self) -> ast.Node:
        opening = self.advance()
        items: list[ast.Node] = []
        while not self.at_symbol("]"):
            items.append(self._test(0))
            if len(items) == 1 and self.at_symbol(".."):
                return self._range_end(items[0], closed_start=True, at=opening.start)
            if not self.accept(","):
                break
        if not self.accept("]"):
            self.fail(",", "]")
        return ast.ListLiteral(tuple(items), at=opening.start)

    def _range_end(self, start: ast.Node, *, closed_start: bool, at: int) -> ast.Node:
        self.expect("..")
        with self.nested():
            end = self._operators_before_bracket(self._operand())
        if not self.at_symbol("]", ")", "["):
            self.fail("]", ")")
        closed_end = self.advance().text == "]"
        return ast.RangeLiteral(start, end, closed_start, closed_end, at=at)

    def _operators_before_bracket(self, end: ast.Node) -> ast.Node:
        """The end of a range. `[` after it closes an open range unless a filter can follow."""
        while not (self.at_symbol("[") and not self.starts_expression(self.ahead())):
            token = self.token
            if token.kind not in ("symbol", "word") or _RANKS.get(token.text, 0) <= COMPARISON:
                break
            end = self._operator(end, token.text)
        return end

    def _context(self) -> ast.Node:
        opening = self.advance()
        entries: list[tuple[str, ast.Node]] = []
        with self.scope() as names:
            while not self.at_symbol("}"):
                key = self.advance().text if self.token.kind == "string" else self.binding_name(":")
                self.expect(":")
                entries.append((key, self.expression()))
                self.declare(names, key)
                if not self.accept(","):
                    break
            if not self.accept("}"):
                self.fail(",", "}")
        return ast.ContextLiteral(tuple(entries), at=opening.start)

    def _if(self) -> ast.Node:
        at = self.token.start
        branches = []
        while self.accept("if"):
            condition = self.expression()
            self.expect("then")
            branches.append((condition, self.expression()))
            self.expect("else")
        otherwise = self.expression()
        if isinstance(otherwise, ast.If):
            return ast.If((*branches, *otherwise.branches), otherwise.otherwise, at=at)
        return ast.If(tuple(branches), otherwise, at=at)

    def _iterators(self) -> tuple[ast.Iterator, ...]:
        """`x in a, y in b`: the scope of names grows from one to the next."""
        iterators = []
        while True:
            at = self.token.start
            name = self.binding_name("in")
            self.expect("in")
            source = self.expression()
            end = self.expression() if self.accept("..") else None
            iterators.append(ast.Iterator(name, source, end, at=at))
            self.declare(self._scopes[-1], name)
            if not self.accept(","):
                return tuple(iterators)

    def _for(self) -> ast.Node:
        at = self.advance().start
        with self.scope():
            iterators = self._iterators()
            self.expect("return")
            return ast.For(iterators, self.expression(), at=at)

    def _quantified(self) -> ast.Node:
        word = self.advance()
        with self.scope():
            iterators = self._iterators()
            self.expect("satisfies")
            return ast.Quantified(word.text == "every", iterators, self.expression(), at=word.start)

    def _function(self) -> ast.Node:
        at = self.advance().start
        self.expect("(")
        parameters: list[ast.Parameter] = []
        while not self.at_symbol(")"):
            parameters.append(self._parameter())
            if not self.accept(","):
                break
        self.expect(")")
        external = self.accept("external")
        with self.scope(parameter.name for parameter in parameters):
            body = self.expression()
        return ast.FunctionLiteral(tuple(parameters), body, external, at=at)

    def _parameter(self) -> ast.Parameter:
        at = self.token.start
        name = self.binding_name(":", ",", ")")
        return ast.Parameter(name, read_type(self) if self.accept(":") else None, at=at)

    # What can follow a value

    def _call(self, callee: ast.Node) -> ast.Node:
        self.advance()
        arguments: list[ast.Argument] = []
        while not self.at_symbol(")"):
            at = self.token.start
            name = self._argument_name()
            arguments.append(ast.Argument(name, self.expression(), at=at))
            if not self.accept(","):
                break
        if not self.accept(")"):
            self.fail(",", ")")
        if len({argument.name is None for argument in arguments}) > 1:
            raise FeelError(
                "Часть значений дана по именам, часть по порядку.",
                callee.at,
                hint="Дайте все одним способом.",
            )
        return ast.Call(callee, tuple(arguments), at=callee.at)

    def _argument_name(self) -> str | None:
        """The name before a colon, if the argument is given by name."""
        end = self.index
        while self.may_be_in_name(self.tokens[end]):
            end += 1
        if end == self.index or self.tokens[end].text != ":" or self.tokens[end].kind != "symbol":
            return None
        name = self.source_of(self.index, end)
        self.index = end + 1
        return name

    def _filter(self, base: ast.Node) -> ast.Node:
        at = self.advance().start
        with self.member_scope():
            condition = self.expression()
        self._close_bracket("]")
        return ast.Filter(base, condition, at=at)

    def _path(self, base: ast.Node) -> ast.Node:
        self.advance()
        at = self.token.start
        return ast.Path(base, self.member_name(), at=at)
