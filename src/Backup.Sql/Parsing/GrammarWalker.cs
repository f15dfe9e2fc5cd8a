using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Backup.Sql.Parsing.Generated;

namespace Backup.Sql.Parsing;

/// <summary>
/// Walks the automaton of the grammar with a full stack, to tell which tokens may come next. The parser's own answer
/// leaves out what its prediction never looked at, and cannot say in which rule a token stands.
/// </summary>
internal sealed class GrammarWalker
{
    private static readonly ATN _atn = StatementParser._ATN;

    private readonly Dictionary<(int State, Frame? Parent), Frame> _frames = [];
    private readonly HashSet<(int State, Frame? Stack)> _visited = [];
    private List<Step> _steps = [];

    private GrammarWalker()
    {
    }

    /// <summary>
    /// What may come next: one step per transition, those of outer rules not yet sorted before inner ones.
    /// </summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Starts where a statement starts.</summary>
    /// <param name="entryRule">The entry rule.</param>
    public static GrammarWalker AtStart(int entryRule)
    {
        var walker = new GrammarWalker();
        walker.Close(_atn.ruleToStartState[entryRule], stack: null);
        return walker;
    }

    /// <summary>Starts where a parser stands.</summary>
    /// <param name="parser">The parser, within a rule.</param>
    public static GrammarWalker At(Parser parser)
    {
        var walker = new GrammarWalker();
        walker.Close(_atn.states[parser.State], walker.StackOf(parser.Context));
        return walker;
    }

    /// <summary>Goes over a token.</summary>
    /// <param name="tokenType">Its type.</param>
    /// <returns>False when the token may not stand here; nothing may follow then.</returns>
    public bool Advance(int tokenType)
    {
        var before = _steps;
        _steps = [];
        _visited.Clear();
        foreach (var step in before)
        {
            if (step.Transition.Matches(tokenType, TokenConstants.MinUserTokenType, _atn.maxTokenType))
                Close(step.Transition.target, step.Stack);
        }

        return _steps.Count > 0;
    }

    private void Close(ATNState state, Frame? stack)
    {
        if (!_visited.Add((state.stateNumber, stack)))
            return;
        if (state is RuleStopState)
        {
            if (stack is not null)
                Close(_atn.states[stack.State], stack.Parent);
            return;
        }

        for (var i = 0; i < state.NumberOfTransitions; i++)
        {
            var transition = state.Transition(i);
            if (transition is RuleTransition rule)
                Close(rule.target, FrameOf(rule.followState.stateNumber, stack));
            else if (transition.IsEpsilon)
                Close(transition.target, stack);
            else
                _steps.Add(new Step(transition, state.ruleIndex, stack));
        }
    }

    private Frame? StackOf(RuleContext? context)
    {
        if (context is null || context.invokingState < 0)
            return null;
        var call = (RuleTransition)_atn.states[context.invokingState].Transition(0);
        return FrameOf(call.followState.stateNumber, StackOf(context.Parent));
    }

    // Equal frames are one object, so that a state with its stack is visited once.
    private Frame FrameOf(int state, Frame? parent)
    {
        if (!_frames.TryGetValue((state, parent), out var frame))
        {
            frame = new Frame(state, parent, (parent?.Depth ?? 0) + 1);
            _frames.Add((state, parent), frame);
        }

        return frame;
    }

    /// <summary>Where to go on when a rule ends.</summary>
    internal sealed class Frame(int state, Frame? parent, int depth)
    {
        public int State { get; } = state;

        public Frame? Parent { get; } = parent;

        public int Depth { get; } = depth;
    }

    /// <summary>A transition over a token, the rule that it stands in, and the rules around that one.</summary>
    internal readonly record struct Step(Transition Transition, int Rule, Frame? Stack)
    {
        public int Depth => Stack?.Depth ?? 0;
    }
}
